/** What only the whole program shows: nothing is kept of what is gone, and one workspace never has two live pods. */
import { assert, it } from "@effect/vitest"
import { CodeRunKind, JobKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { Stores } from "../../src/facts/Stores.ts"
import { codeRun, completed, namespace, pass, verbs, world } from "../program/World.ts"

const never = world({ script: ({ container, env }) => (container.name === "claude" ? completed(env, "never") : {}) })

/** An agent that takes its time to save its work when it is told to stop. */
const slow = world({
  script: ({ container }) =>
    container.name === "claude" ? { after: "never", onTerminate: { after: "30 seconds", exitCode: 143 } } : {}
})

it.effect("a pod that goes after its Job is not remembered", () =>
  Effect.gen(function*() {
    const stores = yield* Stores
    const { client, create } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("5 seconds")
    assert.strictEqual(stores.pods.size(), 1)
    yield* client.delete(CodeRunKind, { name: "first", namespace })
    yield* pass("10 seconds")
    assert.deepStrictEqual([stores.pods.size(), stores.jobs.size(), stores.lastPods.size], [0, 0, 0])
  }).pipe(Effect.provide(never)))

it.effect("after a person deleted the Job, the next attempt waits for the pod that is still saving its work", () =>
  Effect.gen(function*() {
    const { agents, client, create, edit, jobs, pods, run } = yield* verbs
    yield* create(codeRun("first"))
    yield* pass("5 seconds")
    const name = (yield* jobs)[0]?.metadata.name ?? ""
    yield* client.delete(JobKind, { name, namespace })
    yield* pass("5 seconds")
    assert.lengthOf(yield* jobs, 0)
    assert.lengthOf(yield* pods, 1)
    yield* edit("first", { contextVersion: 2 })
    yield* pass("10 seconds")
    assert.lengthOf(yield* jobs, 0)
    assert.strictEqual((yield* run("first")).status?.["reason"], "WaitingForWorkspace")
    yield* pass("30 seconds")
    assert.strictEqual((yield* run("first")).status?.["phase"], "Running")
    assert.lengthOf(yield* agents, 2)
  }).pipe(Effect.provide(slow)))
