import { assert, it } from "@effect/vitest"
import { CodeRunKind, ConfigMapKind, JobKind, PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { codeRun, endless, namespace, pass, verbs, world } from "./World.ts"

const never = world({ script: endless })

const nothingLeft = Effect.gen(function*() {
  const { all } = yield* verbs
  assert.lengthOf(yield* all(JobKind), 0)
  assert.lengthOf(yield* all(PodKind), 0)
  assert.lengthOf(yield* all(ConfigMapKind), 0)
})

it.effect("S5: a run that is deleted while it waits leaves nothing", () =>
  Effect.gen(function*() {
    const { agents, client, create } = yield* verbs
    yield* create(codeRun("holder"))
    yield* pass("5 seconds")
    yield* create(codeRun("waiting"))
    yield* pass("5 seconds")
    yield* client.delete(CodeRunKind, { name: "waiting", namespace })
    yield* client.delete(CodeRunKind, { name: "holder", namespace })
    yield* pass("10 seconds")
    yield* nothingLeft
    assert.lengthOf(yield* agents, 1)
  }).pipe(Effect.provide(never)))

it.effect("S6: a run that is deleted while it runs takes its Job, pod and files with it", () =>
  Effect.gen(function*() {
    const { all, client, create } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("5 seconds")
    yield* client.delete(CodeRunKind, { name: "first", namespace })
    yield* pass("10 seconds")
    yield* nothingLeft
    assert.lengthOf(yield* all(PersistentVolumeClaimKind), 1)
  }).pipe(Effect.provide(never)))

it.effect("a run that is deleted without its dependents leaves a Job that can be deleted", () =>
  Effect.gen(function*() {
    const { all, client, create } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("5 seconds")
    yield* client.delete(CodeRunKind, { name: "first", namespace }, { propagationPolicy: "Orphan" })
    yield* pass("5 seconds")
    const [job] = yield* all(JobKind)
    assert.isUndefined(job?.metadata.deletionTimestamp)
    yield* client.delete(JobKind, { name: job?.metadata.name ?? "", namespace })
    yield* pass("5 seconds")
    yield* nothingLeft
  }).pipe(Effect.provide(never)))

it.effect("S6: also when it is deleted in the foreground", () =>
  Effect.gen(function*() {
    const { all, client, create } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("5 seconds")
    yield* client.delete(CodeRunKind, { name: "first", namespace }, { propagationPolicy: "Foreground" })
    yield* pass("10 seconds")
    yield* nothingLeft
    assert.lengthOf(yield* all(CodeRunKind), 0)
  }).pipe(Effect.provide(never)))

for (const propagationPolicy of ["Background", "Foreground"] as const) {
  it.effect(`S7: a Job that a person deletes (${propagationPolicy}) fails the run and is never made again`, () =>
    Effect.gen(function*() {
      const { agents, all, client, create, run } = yield* verbs
      yield* create(codeRun("first"))
      yield* pass("5 seconds")
      const [job] = yield* all(JobKind)
      yield* client.delete(JobKind, { name: job?.metadata.name ?? "", namespace }, { propagationPolicy })
      yield* pass("20 seconds")
      const { status } = yield* run("first")
      assert.deepStrictEqual([status?.["phase"], status?.["reason"]], ["Failed", "JobLost"])
      assert.lengthOf(yield* agents, 1)
      yield* nothingLeft
    }).pipe(Effect.provide(never)))
}

it.effect("S8: files that a person deletes are made again for the Job that runs", () =>
  Effect.gen(function*() {
    const { all, client, create, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("5 seconds")
    const [before] = yield* all(ConfigMapKind)
    yield* client.delete(ConfigMapKind, { name: before?.metadata.name ?? "", namespace })
    yield* pass("1 second")
    const [after] = yield* all(ConfigMapKind)
    assert.strictEqual(after?.metadata.name, before?.metadata.name)
    assert.deepStrictEqual(after?.data, before?.data)
    yield* pass("20 seconds")
    assert.strictEqual((yield* run("first")).status?.["phase"], "Succeeded")
  }).pipe(Effect.provide(world())))

it.effect("S13: a run that is deleted and made again under its name is another run", () =>
  Effect.gen(function*() {
    const { agents, client, create, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("5 seconds")
    yield* client.delete(CodeRunKind, { name: "first", namespace })
    yield* create(codeRun("first"))
    // In a controller's first minute a Job of the one before may come yet.
    yield* pass("90 seconds")
    assert.strictEqual((yield* run("first")).status?.["phase"], "Succeeded")
    const uids = (yield* agents).map(({ env }) => env["RUN_UID"])
    assert.strictEqual(new Set(uids).size, uids.length)
  }).pipe(Effect.provide(world())))

it.effect("S14: an object of somebody else under our name is left alone, and the run goes on under another", () =>
  Effect.gen(function*() {
    const { agents, all, client, create, run } = yield* verbs
    yield* create(codeRun("holder"))
    yield* pass("2 seconds")
    const waiting = yield* create(codeRun("waiting"))
    const name = `code-waiting-v1-${waiting.metadata.uid?.slice(0, 8)}`
    const foreign = yield* client.create(JobKind, {
      metadata: { name, namespace },
      spec: {
        suspend: true,
        template: { spec: { restartPolicy: "Never", containers: [{ name: "theirs", image: "theirs" }] } }
      }
    })
    yield* pass("30 seconds")
    const { status } = yield* run("waiting")
    assert.deepStrictEqual([status?.["phase"], status?.["reason"]], ["Succeeded", "Delivered"])
    assert.match(String(status?.["jobName"]), new RegExp(`^${name}-[0-9a-f]{8}$`))
    const [left] = (yield* all(JobKind)).filter(({ metadata }) => metadata.name === name)
    assert.deepStrictEqual(left?.metadata.finalizers, foreign.metadata.finalizers)
    assert.deepStrictEqual(left?.spec, foreign.spec)
    assert.lengthOf(yield* agents, 2)
  }).pipe(Effect.provide(world())))
