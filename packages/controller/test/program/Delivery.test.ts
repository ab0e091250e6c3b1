import { assert, it } from "@effect/vitest"
import { ConfigMapKind, JobKind, PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { codeRun, docsRun, failing, pass, verbs, world } from "./World.ts"

it.effect("S1: a CodeRun is delivered; its whole life costs six writes and no read", () =>
  Effect.gen(function*() {
    const { create, requests, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("1 hour", "5 seconds")
    const { status } = yield* run("first")
    assert.deepStrictEqual(
      { phase: status?.["phase"], reason: status?.["reason"], commit: status?.["headCommit"] },
      { phase: "Succeeded", reason: "Delivered", commit: "0123456789abcdef0123456789abcdef01234567" }
    )
    assert.deepStrictEqual(yield* requests, [
      "create PersistentVolumeClaim",
      "create Job",
      "create ConfigMap",
      "replaceStatus CodeRun",
      "replaceStatus CodeRun",
      "patch Job"
    ])
  }).pipe(Effect.provide(world())))

it.effect("S2: a DocsRun is delivered; its whole life costs five writes and no read", () =>
  Effect.gen(function*() {
    const { create, docs, requests } = yield* verbs
    yield* create(docsRun("manual"))
    yield* pass("1 hour", "5 seconds")
    assert.strictEqual((yield* docs("manual")).status?.["phase"], "Succeeded")
    assert.deepStrictEqual(yield* requests, [
      "create Job",
      "create ConfigMap",
      "replaceStatus DocsRun",
      "replaceStatus DocsRun",
      "patch Job"
    ])
  }).pipe(Effect.provide(world())))

it.effect("a CodeRun of a service that has a workspace takes it over with one write", () =>
  Effect.gen(function*() {
    const { create, forget, requests, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("30 seconds")
    yield* forget
    yield* create(codeRun("second", { taskId: 2 }))
    yield* pass("30 seconds")
    assert.strictEqual((yield* run("second")).status?.["phase"], "Succeeded")
    assert.deepStrictEqual(yield* requests, [
      "patch PersistentVolumeClaim",
      "create Job",
      "create ConfigMap",
      "replaceStatus CodeRun",
      "replaceStatus CodeRun",
      "patch Job"
    ])
  }).pipe(Effect.provide(world())))

it.effect("S3: a failed agent fails the run with its reason, and nothing starts again", () =>
  Effect.gen(function*() {
    const { agents, create, run } = yield* verbs
    yield* create(codeRun("broken"))
    yield* pass("10 minutes", "5 seconds")
    const { status } = yield* run("broken")
    assert.deepStrictEqual(
      [status?.["phase"], status?.["reason"], status?.["message"]],
      ["Failed", "SetupFailed", "It was SetupFailed."]
    )
    assert.lengthOf(yield* agents, 1)
  }).pipe(Effect.provide(world({ script: failing("SetupFailed") }))))

it.effect("S10: after the delay Job, pod and files are gone; the run and its workspace stay", () =>
  Effect.gen(function*() {
    const { all, create, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("4 minutes", "5 seconds")
    assert.lengthOf(yield* all(JobKind), 1)
    assert.lengthOf(yield* all(ConfigMapKind), 1)
    yield* pass("2 minutes", "5 seconds")
    assert.lengthOf(yield* all(JobKind), 0)
    assert.lengthOf(yield* all(PodKind), 0)
    assert.lengthOf(yield* all(ConfigMapKind), 0)
    assert.lengthOf(yield* all(PersistentVolumeClaimKind), 1)
    assert.strictEqual((yield* run("first")).status?.["phase"], "Succeeded")
  }).pipe(Effect.provide(world())))

it.effect("a failed run keeps its Job for the longer delay", () =>
  Effect.gen(function*() {
    const { all, create } = yield* verbs
    yield* create(codeRun("broken"))
    yield* pass("59 minutes", "10 seconds")
    assert.lengthOf(yield* all(JobKind), 1)
    yield* pass("2 minutes", "10 seconds")
    assert.lengthOf(yield* all(JobKind), 0)
  }).pipe(Effect.provide(world({ script: failing("AgentError") }))))

it.effect("with cleanup off, Job and files stay", () =>
  Effect.gen(function*() {
    const { all, create, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("3 hours", "1 minute")
    assert.lengthOf(yield* all(JobKind), 1)
    assert.lengthOf(yield* all(ConfigMapKind), 1)
    assert.isUndefined((yield* run("first")).status?.["expiresAt"])
  }).pipe(Effect.provide(world({ config: { cleanup: { enabled: false } } }))))

it.effect("with deleteConfigMap off, the files stay as long as the run", () =>
  Effect.gen(function*() {
    const { all, create } = yield* verbs
    const created = yield* create(codeRun("first"))
    yield* pass("10 minutes", "5 seconds")
    assert.lengthOf(yield* all(JobKind), 0)
    const files = yield* all(ConfigMapKind)
    assert.deepStrictEqual(files.map(({ metadata }) => metadata.ownerReferences?.[0]?.uid), [created.metadata.uid])
  }).pipe(Effect.provide(world({ config: { cleanup: { deleteConfigMap: false } } }))))
