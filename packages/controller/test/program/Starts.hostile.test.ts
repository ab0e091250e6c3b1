/** Whole runs on the memory cluster whose pods do not start, or have somebody else's containers in them. */
import { assert, it } from "@effect/vitest"
import type { ScriptedContainer } from "@orchestrator/embedded/node/ScriptedRuntime"
import { ConfigMapKind, JobKind, SecretKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { Effect, Layer } from "effect"
import {
  acting,
  attemptsOf,
  cluster,
  codeRun,
  completed,
  conditionOf,
  controller,
  docsRun,
  failed,
  namespace,
  pass,
  verbs,
  world
} from "./World.ts"

/** An image that the registry does not have. */
const unpulled = acting(() => ({
  refuse: { reason: "ErrImagePull", message: "ghcr.io/acme/agent:9 not found: manifest unknown", retry: true }
}))

it.effect("an image that cannot be pulled, with timeoutSeconds 60, ends as ImagePullFailed after ten minutes and gives everything back", () =>
  Effect.gen(function*() {
    const { all, create, node, run } = yield* verbs
    yield* create(codeRun("first", { timeoutSeconds: 60 }))
    yield* create(codeRun("second", { taskId: 2 }))
    yield* pass("2 minutes", "5 seconds")
    const starting = yield* run("first")
    assert.deepStrictEqual([starting.status?.["phase"], starting.status?.["reason"]], ["Running", "Blocked"])
    assert.include(String(starting.status?.["message"]), "manifest unknown")
    assert.strictEqual(conditionOf(starting.status, "Finished")?.status, "False")
    yield* pass("10 minutes", "5 seconds")
    const ended = yield* run("first")
    assert.deepStrictEqual([ended.status?.["phase"], ended.status?.["reason"]], ["Failed", "ImagePullFailed"])
    assert.strictEqual(conditionOf(ended.status, "Finished")?.status, "True")
    assert.deepStrictEqual(
      attemptsOf(ended.status).map(({ outcome, reason }) => [outcome, reason]),
      [["Failed", "ImagePullFailed"]]
    )
    yield* node.script(acting(({ env }) => completed(env, "10 seconds")))
    yield* pass("3 minutes", "5 seconds")
    assert.strictEqual((yield* run("second")).status?.["phase"], "Succeeded")
    assert.isTrue((yield* all(JobKind)).every(({ metadata }) => (metadata.finalizers ?? []).length === 0))
  }).pipe(Effect.provide(world({ script: unpulled }))))

it.effect("a place among limits.activeRuns that a broken start had is free again", () =>
  Effect.gen(function*() {
    const { create, docs, node } = yield* verbs
    yield* create(docsRun("first"))
    yield* pass("5 seconds")
    yield* create(docsRun("second"))
    yield* pass("1 minute", "5 seconds")
    assert.strictEqual((yield* docs("second")).status?.["reason"], "WaitingForCapacity")
    yield* pass("10 minutes", "5 seconds")
    assert.strictEqual((yield* docs("first")).status?.["reason"], "ImagePullFailed")
    yield* node.script(acting(({ env }) => completed(env, "10 seconds")))
    yield* pass("2 minutes", "5 seconds")
    assert.strictEqual((yield* docs("second")).status?.["phase"], "Succeeded")
  }).pipe(Effect.provide(world({ script: unpulled, config: { limits: { activeRuns: 1 } } }))))

it.effect("a Secret that comes while it is waited for lets the run go on", () =>
  Effect.gen(function*() {
    const { client, create, run } = yield* verbs
    yield* create(
      codeRun("first", { envFromSecrets: [{ name: "TOKEN", secretName: "deploy-key", secretKey: "token" }] })
    )
    yield* pass("5 minutes", "5 seconds")
    const waiting = yield* run("first")
    assert.strictEqual(conditionOf(waiting.status, "Progressing")?.reason, "SecretMissing")
    assert.include(String(waiting.status?.["message"]), "secret \"deploy-key\" not found")
    yield* client.create(SecretKind, {
      metadata: { name: "deploy-key", namespace },
      stringData: { token: "not-a-secret" }
    })
    yield* pass("2 minutes", "5 seconds")
    const ended = yield* run("first")
    assert.strictEqual(ended.status?.["phase"], "Succeeded")
    assert.strictEqual(conditionOf(ended.status, "Progressing")?.status, "True")
  }).pipe(Effect.provide(world())))

it.effect("an image that takes four minutes takes none of the agent's time", () =>
  Effect.gen(function*() {
    const { create, node, run } = yield* verbs
    yield* create(codeRun("first", { timeoutSeconds: 60 }))
    yield* pass("4 minutes", "5 seconds")
    yield* node.script(acting(({ env }) => completed(env, "50 seconds")))
    yield* pass("7 minutes", "5 seconds")
    const { status } = yield* run("first")
    assert.strictEqual(status?.["reason"], "Delivered")
  }).pipe(Effect.provide(world({ script: unpulled }))))

it.effect("an agent that works longer than its time is stopped then, and its work is told", () =>
  Effect.gen(function*() {
    const { create, run } = yield* verbs
    yield* create(codeRun("first", { timeoutSeconds: 60 }))
    yield* pass("58 seconds")
    assert.strictEqual((yield* run("first")).status?.["reason"], "AgentRunning")
    yield* pass("20 seconds")
    const { status } = yield* run("first")
    assert.strictEqual(status?.["reason"], "DeadlineExceeded")
    assert.include(String(status?.["message"]), "feature/task-1-implementation")
    assert.include(String(status?.["message"]), "0123456789ab")
  }).pipe(Effect.provide(world({ script: acting(({ env }) => completed(env, "never")) }))))

it.effect("a Job that somebody suspends says so, and goes on to be cancelled when that is asked", () =>
  Effect.gen(function*() {
    const { client, create, edit, jobs, pods, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("5 seconds")
    const [job] = yield* jobs
    const ref = { name: job?.metadata.name ?? "", namespace }
    yield* client.patch(JobKind, ref, { type: "merge", body: { spec: { suspend: true } } })
    yield* pass("30 seconds")
    const suspended = yield* run("first")
    assert.deepStrictEqual([suspended.status?.["phase"], suspended.status?.["reason"]], ["Running", "Blocked"])
    assert.include(String(suspended.status?.["message"]), "suspended")
    assert.lengthOf(yield* pods, 0)
    yield* pass("2 hours", "2 minutes")
    assert.strictEqual((yield* run("first")).status?.["phase"], "Running")
    yield* edit("first", { cancel: true })
    yield* pass("1 minute")
    assert.strictEqual((yield* run("first")).status?.["phase"], "Cancelled")
    assert.lengthOf(yield* pods, 0)
  }).pipe(Effect.provide(world({ script: acting(({ env }) => completed(env, "never")) }))))

/** Puts a proxy beside every agent, as a mesh's webhook does. */
const injecting = Layer.effect(
  KubernetesClient,
  Effect.map(KubernetesClient, (client) => {
    const withProxy = (object: KubernetesObject) => {
      if (object.kind !== "Pod" || !("spec" in object)) return object
      const spec = object.spec as { readonly containers: ReadonlyArray<object> }
      return {
        ...object,
        spec: { ...spec, containers: [...spec.containers, { name: "istio-proxy", image: "proxy:1" }] }
      }
    }
    return KubernetesClient.of({
      ...client,
      create: (kind, object) =>
        client.create(kind, kind.kind === "Pod" ? { ...object, ...withProxy({ ...object, kind: "Pod" }) } : object)
    })
  })
)

const proxy: ScriptedContainer = { after: "never", onTerminate: { after: "5 seconds", exitCode: 0 } }

const meshed = (agent: (env: Readonly<Record<string, string>>) => ScriptedContainer) => {
  const script = acting(({ env }) => agent(env))
  const whole = cluster((request) => request.container.name === "istio-proxy" ? proxy : script(request), {
    actors: injecting
  })
  return Layer.provideMerge(controller(), whole)
}

it.effect("a mesh's proxy that never ends: the attempt ends soon after the agent and the broker, as Delivered", () =>
  Effect.gen(function*() {
    const { create, pods, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("5 seconds")
    assert.deepStrictEqual((yield* pods)[0]?.spec.containers.map(({ name }) => name), ["claude", "istio-proxy"])
    yield* pass("1 minute")
    const { status } = yield* run("first")
    assert.deepStrictEqual([status?.["phase"], status?.["reason"]], ["Succeeded", "Delivered"])
    assert.strictEqual(attemptsOf(status)[0]?.exitCode, 0)
    yield* pass("10 minutes", "10 seconds")
    assert.lengthOf(yield* pods, 0)
  }).pipe(Effect.provide(meshed((env) => completed(env, "10 seconds")))))

it.effect("a mesh's proxy beside an agent that fails: the reason is the agent's", () =>
  Effect.gen(function*() {
    const { create, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("1 minute")
    assert.strictEqual((yield* run("first")).status?.["reason"], "SetupFailed")
  }).pipe(Effect.provide(meshed(() => failed("SetupFailed")))))

it.effect("a mesh's proxy beside an agent that dies without a word: no cancel and no deadline is made of it", () =>
  Effect.gen(function*() {
    const { create, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("1 minute")
    assert.strictEqual((yield* run("first")).status?.["reason"], "AgentError")
  }).pipe(Effect.provide(meshed(() => ({ after: "10 seconds", exitCode: 3 })))))

it.effect("annotations and labels of agents' pods are the configuration's, and never replace ours", () =>
  Effect.gen(function*() {
    const { create, pods } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("3 seconds")
    const [pod] = yield* pods
    assert.strictEqual(pod?.metadata.annotations?.["sidecar.istio.io/inject"], "false")
    assert.strictEqual(pod?.metadata.labels?.["team"], "agents")
    assert.strictEqual(pod?.metadata.labels?.["app"], "orchestrator")
  }).pipe(Effect.provide(world({
    config: {
      agent: {
        podAnnotations: { "sidecar.istio.io/inject": "false" },
        podLabels: { team: "agents", app: "mine", "orchestrator.platform/run-uid": "forged" }
      }
    }
  }))))

it.effect("users and groups can be left to the cluster", () =>
  Effect.gen(function*() {
    const { create, pods } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("3 seconds")
    const [pod] = yield* pods
    const contexts = [
      pod?.spec.securityContext,
      ...[...pod?.spec.initContainers ?? [], ...pod?.spec.containers ?? []].map(({ securityContext }) =>
        securityContext
      )
    ]
    for (const context of contexts) {
      for (const key of ["runAsUser", "runAsGroup", "fsGroup"]) assert.notProperty(context, key)
    }
    assert.propertyVal(pod?.spec.securityContext, "runAsNonRoot", true)
  }).pipe(Effect.provide(world({ config: { agent: { userIds: "cluster" } } }))))

it.effect("an edit in mid-run is told to wait for the next contextVersion, and no more when it is taken back", () =>
  Effect.gen(function*() {
    const { create, edit, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("5 seconds")
    yield* edit("first", { taskId: 7 })
    yield* pass("1 second")
    const edited = conditionOf((yield* run("first")).status, "EditPending")
    assert.deepStrictEqual([edited?.status, edited?.reason], ["True", "WaitsForNextAttempt"])
    assert.include(edited?.message, "spec.contextVersion")
    yield* edit("first", { taskId: 1 })
    yield* pass("1 second")
    assert.strictEqual(conditionOf((yield* run("first")).status, "EditPending")?.status, "False")
  }).pipe(Effect.provide(world({ script: acting(({ env }) => completed(env, "10 minutes")) }))))

it.effect("cancelling in mid-run is no edit that waits", () =>
  Effect.gen(function*() {
    const { create, edit, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("5 seconds")
    yield* edit("first", { cancel: true })
    yield* pass("5 seconds")
    assert.isUndefined(conditionOf((yield* run("first")).status, "EditPending"))
  }).pipe(Effect.provide(world({ script: acting(({ env }) => completed(env, "10 minutes")) }))))

/** What the newest attempt's agent is told. */
const prompts = Effect.gen(function*() {
  const { all } = yield* verbs
  return (yield* all(ConfigMapKind)).map((
    { data, metadata }
  ) => [metadata.name?.replace(/-[0-9a-f]{8}(-[0-9a-f]{16})?$/, ""), data?.["prompt.md"]])
})

it.effect.each([
  { name: "a short one", first: "Use tabs.", next: "Use spaces." },
  { name: "one that no store keeps", first: "Use tabs.".repeat(3000), next: "Use spaces.".repeat(3000) }
])(
  "a promptModification of an earlier version is not given to later ones; one that is set anew is: $name",
  ({ first, next }) =>
    Effect.gen(function*() {
      const { create, edit, run } = yield* verbs
      yield* create(codeRun("first", { promptModification: first }))
      yield* pass("20 seconds")
      yield* edit("first", { contextVersion: 2 })
      yield* pass("20 seconds")
      yield* edit("first", { contextVersion: 3 })
      yield* pass("20 seconds")
      yield* edit("first", { contextVersion: 4, promptModification: next })
      yield* pass("20 seconds")
      assert.deepStrictEqual(yield* prompts, [
        ["code-first-v1", `Told: \`${first}\``],
        ["code-first-v2", "Told: "],
        ["code-first-v3", "Told: "],
        ["code-first-v4", `Told: \`${next}\``]
      ])
      const { status } = yield* run("first")
      assert.strictEqual(status?.["promptVersion"], 4)
    }).pipe(
      Effect.provide(world({ prompt: "Told: {{retry.prompt_modification}}", config: { cleanup: { enabled: false } } }))
    )
)

it.effect("an automatic retry of a version has its promptModification again, and so have files that are made anew", () =>
  Effect.gen(function*() {
    const { client, create, edit } = yield* verbs
    yield* create(codeRun("first", { promptModification: "Use tabs." }))
    yield* pass("20 seconds")
    yield* edit("first", { contextVersion: 2, promptModification: "Use spaces." })
    yield* pass("4 seconds")
    const name = (yield* prompts).map(([name]) => name).find((each) => each?.startsWith("code-first-v2"))
    assert.isDefined(name)
    const { all } = yield* verbs
    const files = (yield* all(ConfigMapKind)).find(({ metadata }) => metadata.name?.startsWith("code-first-v2"))
    yield* client.delete(ConfigMapKind, { name: files?.metadata.name ?? "", namespace })
    yield* pass("2 seconds")
    assert.deepStrictEqual((yield* prompts).at(-1), ["code-first-v2", "Told: `Use spaces.`"])
  }).pipe(
    Effect.provide(world({ prompt: "Told: {{retry.prompt_modification}}", config: { cleanup: { enabled: false } } }))
  ))
