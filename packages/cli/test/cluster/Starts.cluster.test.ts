/** Starts that cannot succeed, other people's containers, and the role of DEPLOYMENT.md, on the real scheduler and Job controller. */
import { assert, layer } from "@effect/vitest"
import { JobKind, PodKind } from "@orchestrator/k8s/Kinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Layer } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { kubectl } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"
import { provisioner } from "./Provisioner.ts"
import {
  agent,
  attemptsOf,
  codeRun,
  conditionsOf,
  makeSite,
  over,
  phaseOf,
  reasonOf,
  scripted,
  type Site,
  startReplica,
  verbsOf
} from "./World.ts"

const job = { startDeadlineSeconds: 10 }

const started = Effect.fnUntraced(function*(name: string, config: object = {}) {
  const site = yield* makeSite(name, { job, storage: { access: "Exclusive" }, ...config })
  const replica = yield* startReplica(site)
  yield* Effect.promise(() => replica.logged(/caches are synced/))
  return { site, replica, ...(yield* verbsOf(site)) }
})

const message = ({ status }: CustomObject) => String(status?.["message"])

const finished = ({ status }: CustomObject) => conditionsOf(status).find(({ type }) => type === "Finished")?.status

/** What a mesh's webhook does to every pod of the namespace. */
const mesh = (name: string) => ({
  apiVersion: "v1",
  kind: "List",
  items: [
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingAdmissionPolicy",
      metadata: { name },
      spec: {
        failurePolicy: "Fail",
        reinvocationPolicy: "Never",
        matchConstraints: {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
          resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }]
        },
        mutations: [{
          patchType: "ApplyConfiguration",
          applyConfiguration: {
            expression:
              "Object{spec: Object.spec{containers: [Object.spec.containers{name: \"istio-proxy\", image: \"proxy:1\"}]}}"
          }
        }]
      }
    },
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingAdmissionPolicyBinding",
      metadata: { name },
      spec: { policyName: name }
    }
  ]
})

const probe = (name: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: { containers: [{ name: "probe", image: "probe" }] }
})

const withMesh = ({ namespace }: Site) =>
  Effect.gen(function*() {
    yield* Effect.acquireRelease(
      Effect.sync(() => kubectl(["apply", "-f", "-"], JSON.stringify(mesh(namespace)))),
      () => Effect.sync(() => void kubectl(["delete", "mutatingadmissionpolicy", namespace, "--wait=false"]))
    )
    const containers = Effect.sync(() =>
      kubectl(
        ["create", "-n", namespace, "--dry-run=server", "-f", "-", "-o", "jsonpath={.spec.containers[*].name}"],
        JSON.stringify(probe("probe"))
      )
    )
    yield* eventually("the mesh to inject", containers, (names) => names.includes("istio-proxy"))
  })

const guide = readFileSync(join(import.meta.dirname, "../../../../chart/DEPLOYMENT.md"), "utf8")

/** The role that the guide gives people who write runs, for the user `ada`. */
const runAuthor = /(apiVersion: rbac[^]*?)\nEND/.exec(guide)?.[1]?.replaceAll("your-github-user", "ada") ?? ""

/** A service account `ci` that has it. */
const makeAuthor = (namespace: string): void => {
  const binding = ["--role=run-author", `--serviceaccount=${namespace}:ci`]
  kubectl(["apply", "-n", namespace, "-f", "-"], runAuthor)
  kubectl(["create", "serviceaccount", "ci", "-n", namespace])
  kubectl(["create", "rolebinding", "ci-runs", "-n", namespace, ...binding])
}

layer(Layer.provideMerge(provisioner, scripted), { excludeTestServices: true, timeout: "4 minutes", concurrent: true })(
  "starts",
  (it) => {
    const test = <E>(
      name: string,
      body: Effect.Effect<unknown, E, Effect.Services<ReturnType<typeof started>>>
    ) => it.effect(name, () => Effect.scoped(body), 400_000)

    test(
      "a mesh's proxy that never ends: the run is delivered soon after its agent, and its Job and pod go",
      Effect.gen(function*() {
        const { all, create, run, site, untilGone } = yield* started("mesh", {
          agent: { ...agent, podAnnotations: { "example.com/team": "agents" } }
        })
        yield* withMesh(site)
        yield* create(codeRun(site, "first"))
        const [pod] = yield* eventually("its pod", all(PodKind), (pods) => pods.length > 0)
        assert.deepStrictEqual(pod?.spec.containers.map(({ name }) => name).toSorted(), ["claude", "istio-proxy"])
        assert.strictEqual(pod?.metadata.annotations?.["example.com/team"], "agents")
        const found = yield* eventually("it to end", run("first"), over, 120)
        assert.deepStrictEqual([phaseOf(found), reasonOf(found)], ["Succeeded", "Delivered"])
        yield* untilGone(JobKind, 120)
        yield* untilGone(PodKind, 120)
      })
    )

    test(
      "an image that cannot be pulled, with timeoutSeconds 60, ends as ImagePullFailed; the next run has the workspace",
      Effect.gen(function*() {
        const { create, run, site, untilPhase } = yield* started("image", { storage: { access: "Shared" } })
        yield* create(codeRun(site, "first", { timeoutSeconds: 60 }, "unpulled"))
        const starting = yield* eventually(
          "it to say so",
          run("first"),
          (found) => message(found).includes("manifest unknown")
        )
        assert.deepStrictEqual([phaseOf(starting), reasonOf(starting)], ["Running", "Blocked"])
        const found = yield* eventually("it to end", run("first"), over, 60)
        assert.deepStrictEqual([reasonOf(found), finished(found)], ["ImagePullFailed", "True"])
        assert.include(message(found), "manifest unknown")
        assert.deepStrictEqual(attemptsOf(found.status).map(({ reason }) => reason), ["ImagePullFailed"])
        yield* create(codeRun(site, "second", { taskId: 2 }))
        yield* untilPhase("second", "Succeeded")
      })
    )

    test(
      "no node that fits ends as Unschedulable, in the real scheduler's words, after three times as long",
      Effect.gen(function*() {
        const { create, run, site } = yield* started("nodeless", {
          agent: { ...agent, nodeSelector: { nowhere: "true" } }
        })
        yield* create(codeRun(site, "first"))
        const begin = performance.now()
        const found = yield* eventually("it to end", run("first"), over, 120)
        assert.strictEqual(reasonOf(found), "Unschedulable")
        assert.match(message(found), /nodes are available/)
        assert.isAbove(performance.now() - begin, 28_000)
      })
    )

    test(
      "a Job that a person suspends says so; when it is let go on the run succeeds",
      Effect.gen(function*() {
        const { all, create, run, site, untilPhase, untilRunning } = yield* started("suspended")
        yield* create(codeRun(site, "first", {}, "deliver 20000"))
        yield* untilRunning("first")
        const [held] = yield* all(JobKind)
        const patch = (suspend: boolean) =>
          Effect.sync(() =>
            kubectl([
              "patch",
              "job",
              held?.metadata.name ?? "",
              "-n",
              site.namespace,
              "--type=merge",
              "-p",
              JSON.stringify({ spec: { suspend } })
            ])
          )
        yield* patch(true)
        const found = yield* eventually("it to say so", run("first"), (each) => message(each).includes("suspended"))
        assert.deepStrictEqual([phaseOf(found), reasonOf(found)], ["Running", "Blocked"])
        yield* patch(false)
        yield* untilPhase("first", "Succeeded", 120)
      })
    )

    test(
      "a suspended Job ends when its run is cancelled",
      Effect.gen(function*() {
        const { all, create, edit, run, site, untilGone, untilRunning } = yield* started("frozen")
        yield* create(codeRun(site, "first", {}, "never"))
        yield* untilRunning("first")
        const [held] = yield* all(JobKind)
        kubectl([
          "patch",
          "job",
          held?.metadata.name ?? "",
          "-n",
          site.namespace,
          "--type=merge",
          "-p",
          "{\"spec\":{\"suspend\":true}}"
        ])
        yield* untilGone(PodKind, 60)
        yield* edit("first", { cancel: true })
        const found = yield* eventually("it to end", run("first"), over, 60)
        assert.strictEqual(phaseOf(found), "Cancelled")
        yield* untilGone(JobKind, 60)
      })
    )

    test(
      "the guide's role of people who write runs creates, reads, cancels and retries them, reads logs and files, and deletes",
      Effect.gen(function*() {
        const { site, replica, run, untilRunning } = yield* started("author", { auth: { mode: "kubernetes" } })
        const { namespace } = site
        makeAuthor(namespace)
        // What the chart gives the orchestrator itself.
        const delegator = ["--clusterrole=system:auth-delegator", `--user=${site.users[0]?.name}`]
        yield* Effect.acquireRelease(
          Effect.sync(() => kubectl(["create", "clusterrolebinding", namespace, ...delegator])),
          () => Effect.sync(() => void kubectl(["delete", "clusterrolebinding", namespace]))
        )
        const token = kubectl(["create", "token", "ci", "-n", namespace]).trim()
        const url = yield* Effect.promise(() => replica.url())
        const ask = (method: string, path: string, body?: object) =>
          Effect.promise(async () => {
            const answer = await fetch(`${url}/api/v1/code-runs${path}`, {
              method,
              headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
              ...(body === undefined ? {} : { body: JSON.stringify(body) })
            })
            return { status: answer.status, text: await answer.text() }
          })
        yield* eventually("the role to count", ask("GET", ""), ({ status }) => status === 200)
        const { spec } = codeRun(site, "first", {}, "never")
        const created = yield* ask("POST", "", { name: "first", spec })
        assert.include([200, 201], created.status, created.text)
        const name = String(/"name":"([^"]+)"/.exec(created.text)?.[1])
        yield* untilRunning(name)
        for (const path of [`/${name}`, `/${name}/files`, `/${name}/attempts`, `/${name}/logs`]) {
          const { status, text } = yield* ask("GET", path)
          assert.notInclude([401, 403], status, `${path}: ${text}`)
        }
        assert.strictEqual((yield* ask("POST", `/${name}/cancel`, {})).status, 200)
        yield* eventually("it to end", run(name), over)
        const retried = yield* ask("POST", `/${name}/retry`, {})
        assert.notInclude([401, 403], retried.status, retried.text)
        const deleted = yield* ask("DELETE", `/${name}`)
        assert.notInclude([401, 403], deleted.status, deleted.text)
      })
    )

    test(
      "the guide's role uses its own Secrets and reads none, and makes no Jobs",
      Effect.gen(function*() {
        const { site: { namespace } } = yield* started("author-not")
        makeAuthor(namespace)
        const as = ["--as", `system:serviceaccount:${namespace}:ci`, "-n", namespace]
        const can = (...asked: ReadonlyArray<string>) => {
          try {
            return kubectl(["auth", "can-i", ...asked, ...as]).trim()
          } catch {
            return "no"
          }
        }
        assert.strictEqual(
          yield* eventually("the role", Effect.sync(() => can("patch", "coderuns")), (yes) => yes === "yes"),
          "yes"
        )
        assert.deepStrictEqual(
          [
            can("get", "pods/log"),
            can("use", "secret/github-token-ada"),
            can("get", "secret/github-token-ada"),
            can("use", "secret/other"),
            can("list", "secrets"),
            can("create", "jobs")
          ],
          ["yes", "yes", "no", "no", "no", "no"]
        )
      })
    )
  }
)
