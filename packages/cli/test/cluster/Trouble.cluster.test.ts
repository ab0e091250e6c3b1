/** What happens to clusters: quotas, limits, people, drained nodes, API servers that restart, history that is gone. */
import { assert, layer } from "@effect/vitest"
import { JobKind, PodKind } from "@orchestrator/k8s/Kinds"
import { Kubelet } from "@orchestrator/k8s/node/Kubelet"
import type { ScriptedNode } from "@orchestrator/k8s/node/ScriptedRuntime"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Layer } from "effect"
import { deliver } from "./Agents.ts"
import { compact, kubectl, restart } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"
import { provisioner } from "./Provisioner.ts"
import {
  codeRun,
  conditionsOf,
  docsRun,
  makeSite,
  over,
  patiently,
  phaseOf,
  ready,
  reasonOf,
  scripted,
  startReplica,
  verbsOf
} from "./World.ts"

const started = Effect.fnUntraced(function*(name: string) {
  const site = yield* makeSite(name)
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

/** A pod that the limits forbid. */
const large = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "large" },
  spec: { containers: [{ name: "large", image: "large", resources: { limits: { memory: "2Gi" } } }] }
}

/** Whether the API server would take the object. */
const admits = (namespace: string, object: object): boolean => {
  try {
    kubectl(["create", "-n", namespace, "--dry-run=server", "-f", "-"], JSON.stringify(object))
    return true
  } catch {
    return false
  }
}

layer(Layer.provideMerge(provisioner, scripted), { excludeTestServices: true, timeout: "60 seconds" })(
  "trouble",
  (it) => {
    const test = <E>(
      name: string,
      body: Effect.Effect<unknown, E, Effect.Services<ReturnType<typeof started>> | Kubelet | ScriptedNode>
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

    test(
      "the pods pass Pod Security at its strictest",
      Effect.gen(function*() {
        const { create, site, untilPhase } = yield* started("restricted")
        kubectl(["label", "namespace", site.namespace, "pod-security.kubernetes.io/enforce=restricted"])
        yield* create(codeRun(site, "first"))
        yield* untilPhase("first", "Succeeded")
      })
    )

    for (const agent of ["never", "meek"] as const) {
      test(
        `a pod that a person deletes is no success (the agent is ${agent})`,
        Effect.gen(function*() {
          const { client, create, jobsAsked, pod, run, site, untilGone, untilRunning } = yield* started("deleted")
          yield* create(codeRun(site, "first", {}, agent))
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
        assert.deepStrictEqual([status?.["reason"], status?.["headCommit"]], ["InfraLost", "fedcba9876543210"])
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

    test(
      "the API server dies and comes back in mid-run: the run ends as if it had not",
      Effect.gen(function*() {
        const { create, jobsAsked, replica, run, site, untilRunning } = yield* started("restart")
        const created = yield* create(codeRun(site, "first", {}, "never"))
        yield* untilRunning("first")
        yield* Effect.sync(() => restart("kube-apiserver", "KILL"))
        yield* deliver(created)
        assert.strictEqual(phaseOf(yield* eventually("it to end", run("first"), over, 180)), "Succeeded")
        yield* patiently(create(codeRun(site, "second", { service: "other" })))
        assert.strictEqual(phaseOf(yield* eventually("the next to end", run("second"), over, 180)), "Succeeded")
        assert.lengthOf(jobsAsked(), 2)
        yield* eventually("it to be ready", ready(replica), (status) => status === 200)
      })
    )

    test(
      "history that is gone (410) is listed anew",
      Effect.gen(function*() {
        const { client, create, jobsAsked, replica, run, site } = yield* started("gone")
        const lists = () => site.asked().filter(({ all, resource }) => all && resource === "coderuns").length
        const before = lists()
        replica.signal("SIGSTOP")
        yield* create(codeRun(site, "first"))
        yield* Effect.promise(compact)
        yield* Effect.sync(() => restart("kube-apiserver", "KILL"))
        yield* eventually("the API server", client.list(JobKind, { limit: 1 }), () => true, 180)
        yield* patiently(create(codeRun(site, "second", { service: "other" })))
        yield* Effect.promise(compact)
        replica.signal("SIGCONT")
        const ends = Effect.all([run("first"), run("second")])
        const found = yield* eventually("both to end", ends, (runs) => runs.every(over), 180)
        assert.deepStrictEqual(found.map(phaseOf), ["Succeeded", "Succeeded"])
        assert.isAbove(lists(), before)
        assert.lengthOf(jobsAsked(), 2)
      })
    )
  }
)
