/** What happens to clusters: quotas, limits, policies, people, nodes that are drained or gone. Most of it is waiting, so all at once. */
import { assert, layer } from "@effect/vitest"
import { Kubelet } from "@orchestrator/embedded/node/Kubelet"
import { JobKind, PodKind } from "@orchestrator/k8s/Kinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Exit, Layer, Scope } from "effect"
import { randomBytes } from "node:crypto"
import { deliver } from "./Agents.ts"
import { kubectl } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"
import { provisioner } from "./Provisioner.ts"
import {
  agent,
  attemptsOf,
  codeRun,
  conditionsOf,
  docsRun,
  joined,
  makeSite,
  onNode,
  over,
  phaseOf,
  reasonOf,
  scripted,
  startReplica,
  verbsOf
} from "./World.ts"

const started = Effect.fnUntraced(function*(name: string, config: object = {}) {
  const site = yield* makeSite(name, config)
  const replica = yield* startReplica(site)
  yield* Effect.promise(() => replica.logged(/caches are synced/))
  const jobsAsked = () => site.asked().filter(({ resource, verb }) => verb === "create" && resource === "jobs")
  return { site, replica, jobsAsked, ...(yield* verbsOf(site)) }
})

const conditionOf = ({ status }: CustomObject, type: string) =>
  conditionsOf(status).find((condition) => condition.type === type)

const apply = (namespace: string, object: object) =>
  Effect.sync(() => kubectl(["apply", "-n", namespace, "-f", "-"], JSON.stringify(object)))

const quota = (hard: object) => ({ apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "few" }, spec: { hard } })

/** Waits until it counts: before that it refuses with other words. */
const limit = Effect.fnUntraced(function*(namespace: string, hard: object) {
  yield* apply(namespace, quota(hard))
  yield* eventually(
    "the quota to count",
    Effect.sync(() => kubectl(["get", "-n", namespace, "quota", "few", "-o", "jsonpath={.status.used}"])),
    (used) => used !== ""
  )
})

const limits = {
  apiVersion: "v1",
  kind: "LimitRange",
  metadata: { name: "small" },
  spec: { limits: [{ type: "Container", max: { memory: "1Gi" } }] }
}

const podOf = (memory: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "probe" },
  spec: { containers: [{ name: "probe", image: "probe", resources: { limits: { memory } } }] }
})

/** The limits forbid the large one. */
const [small, large] = [podOf("1Mi"), podOf("2Gi")]

/** No pods in this namespace. */
const policy = (name: string) => ({
  apiVersion: "v1",
  kind: "List",
  items: [
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }]
        },
        validations: [{ expression: "false", message: "pods are not wanted here" }]
      }
    },
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ["Deny"],
        matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } }
      }
    }
  ]
})

/** Whether the API server would take the object. */
const admits = (namespace: string, object: object): boolean => {
  try {
    kubectl(["create", "-n", namespace, "--dry-run=server", "-f", "-"], JSON.stringify(object))
    return true
  } catch {
    return false
  }
}

layer(Layer.provideMerge(provisioner, scripted), {
  excludeTestServices: true,
  timeout: "4 minutes",
  concurrent: true
})(
  "trouble",
  (it) => {
    const test = <E>(
      name: string,
      body: Effect.Effect<unknown, E, Effect.Services<ReturnType<typeof started>> | Layer.Success<typeof scripted>>
    ) => it.effect(name, () => Effect.scoped(body), 400_000)

    const untilBlocked = (name: string, run: Effect.Effect<CustomObject, unknown>, reason: string) =>
      Effect.map(
        eventually(`${name} to be blocked`, run, (found) => conditionOf(found, "Progressing")?.reason === reason),
        (found) => ({ found, progressing: conditionOf(found, "Progressing") })
      )

    test(
      "a quota that forbids the Job is told with the server's words; when it is raised the run goes on",
      Effect.gen(function*() {
        const { create, jobsAsked, run, site, untilPhase } = yield* started("quota")
        const { namespace } = site
        yield* limit(namespace, { "count/jobs.batch": "0" })
        yield* create(codeRun(site, "first"))
        const { found, progressing } = yield* untilBlocked("it", run("first"), "QuotaExceeded")
        assert.deepStrictEqual([phaseOf(found), reasonOf(found)], ["Pending", "WaitingForCapacity"])
        assert.include(progressing?.message, "exceeded quota: few")
        yield* Effect.sleep("2 seconds")
        assert.isBelow(jobsAsked().length, 12)
        const statuses = site.accepted().filter(({ resource }) => resource === "coderuns/status")
        assert.lengthOf(statuses, 1)
        yield* apply(namespace, quota({ "count/jobs.batch": "5" }))
        yield* untilPhase("first", "Succeeded")
      })
    )

    test(
      "a quota of pods is told although the Job exists",
      Effect.gen(function*() {
        const { create, docs, site } = yield* started("pods")
        yield* limit(site.namespace, { pods: "0" })
        yield* create(docsRun(site, "first"))
        const { progressing } = yield* untilBlocked("it", docs("first"), "QuotaExceeded")
        assert.include(progressing?.message, "exceeded quota: few")
        kubectl(["delete", "-n", site.namespace, "quota", "few"])
        yield* eventually("it to succeed", docs("first"), (found) => phaseOf(found) === "Succeeded")
      })
    )

    test(
      "a LimitRange that the pod does not keep to is told with the setting to change",
      Effect.gen(function*() {
        const { create, docs, site } = yield* started("limits")
        yield* apply(site.namespace, limits)
        yield* eventually("the limits to count", Effect.sync(() => admits(site.namespace, large)), (does) => !does)
        yield* create(docsRun(site, "first"))
        const { progressing } = yield* untilBlocked("it", docs("first"), "LimitRange")
        assert.include(progressing?.message, "agent.resources")
      })
    )

    for (const credentials of ["broker", "env"] as const) {
      test(
        `the pods pass Pod Security at its strictest (credentials in: ${credentials})`,
        Effect.gen(function*() {
          const { create, site, untilPhase } = yield* started("restricted", { agent: { ...agent, credentials } })
          kubectl(["label", "namespace", site.namespace, "pod-security.kubernetes.io/enforce=restricted"])
          yield* create(codeRun(site, "first"))
          yield* untilPhase("first", "Succeeded")
        })
      )
    }

    test(
      "a policy that forbids the pod is told in its own words; when it is gone the run goes on",
      Effect.gen(function*() {
        const { create, docs, site: { namespace }, site } = yield* started("policy")
        yield* Effect.acquireRelease(
          apply(namespace, policy(namespace)),
          () => Effect.sync(() => kubectl(["delete", "validatingadmissionpolicy", namespace, "--wait=false"]))
        )
        yield* eventually("the policy to count", Effect.sync(() => admits(namespace, small)), (does) => !does)
        yield* create(docsRun(site, "first"))
        const { progressing } = yield* untilBlocked("it", docs("first"), "Refused")
        assert.include(progressing?.message, "pods are not wanted here")
        kubectl(["delete", "validatingadmissionpolicybinding", namespace])
        yield* eventually("it to succeed", docs("first"), (found) => phaseOf(found) === "Succeeded", 240)
      })
    )

    test(
      "a run whose node is gone is lost, and goes on by itself on another node",
      Effect.gen(function*() {
        const nodeName = `removed-${randomBytes(3).toString("hex")}`
        const node = Layer.mergeAll(Kubelet.layer({ nodeName }), joined(nodeName))
        const { create, jobsAsked, run, site, untilPhase, untilRunning } = yield* started("node", {
          agent: { ...agent, nodeSelector: onNode(nodeName) },
          retry: { infrastructure: 1 }
        })
        const first = yield* Scope.make()
        yield* Layer.buildWithScope(node, first)
        const created = yield* create(codeRun(site, "first", {}, "never"))
        yield* untilRunning("first")
        const begin = performance.now()
        yield* Scope.close(first, Exit.void)
        const lost = yield* eventually(
          "it to be lost",
          run("first"),
          ({ status }) => attemptsOf(status).some(({ reason }) => reason === "InfraLost"),
          300
        )
        assert.isFalse(over(lost))
        yield* Effect.logInfo(`lost ${Math.round((performance.now() - begin) / 1000)} s after its node`)
        yield* Layer.build(Layer.fresh(node))
        yield* deliver(created)
        const { status } = yield* untilPhase("first", "Succeeded")
        assert.lengthOf(attemptsOf(status), 2)
        assert.lengthOf(jobsAsked(), 2)
      })
    )

    for (const script of ["never", "meek"] as const) {
      test(
        `a pod that a person deletes is no success (the agent is ${script})`,
        Effect.gen(function*() {
          const { client, create, jobsAsked, pod, run, site, untilGone, untilRunning } = yield* started("deleted")
          yield* create(codeRun(site, "first", {}, script))
          yield* untilRunning("first")
          const { metadata } = yield* pod
          yield* client.delete(PodKind, { name: metadata.name ?? "", namespace: site.namespace })
          const found = yield* eventually("it to end", run("first"), over)
          assert.notStrictEqual(phaseOf(found), "Succeeded")
          yield* untilGone(JobKind)
          assert.lengthOf(jobsAsked(), 1)
        })
      )
    }

    test(
      "a drained agent ends as lost infrastructure, with what it saved",
      Effect.gen(function*() {
        const { create, pod, run, site, untilRunning } = yield* started("drained")
        yield* create(codeRun(site, "first", {}, "never"))
        yield* untilRunning("first")
        const { metadata: { name, namespace } } = yield* pod
        const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } }
        kubectl(
          ["create", "--raw", `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, "-f", "-"],
          JSON.stringify(eviction)
        )
        const { status } = yield* eventually("it to end", run("first"), over)
        assert.deepStrictEqual([status?.["reason"], status?.["headCommit"]], [
          "InfraLost",
          "fedcba9876543210fedcba9876543210fedcba98"
        ])
      })
    )

    test(
      "an agent that its node evicts ends as lost infrastructure",
      Effect.gen(function*() {
        const { create, pod, run, site, untilRunning } = yield* started("evicted")
        const { evict } = yield* Kubelet
        yield* create(codeRun(site, "first", {}, "never"))
        yield* untilRunning("first")
        const { metadata: { name = "", namespace } } = yield* pod
        yield* evict({ name, namespace }, "The node was low on resource: memory.")
        assert.strictEqual(reasonOf(yield* eventually("it to end", run("first"), over)), "InfraLost")
      })
    )
  }
)
