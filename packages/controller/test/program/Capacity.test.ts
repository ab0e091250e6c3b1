/** No more runs at the same time than the configuration says, and none forgotten. */
import { assert, it } from "@effect/vitest"
import { CodeRunKind, PodKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { codeRun, docsRun, endless, namespace, pass, verbs, world } from "./World.ts"

/** Lets seconds pass and answers with the largest number of agents that worked in one of them. */
const mostAtOnce = (seconds: number) =>
  Effect.gen(function*() {
    const { all } = yield* verbs
    let most = 0
    for (let second = 0; second < seconds; second++) {
      yield* pass("1 second")
      const live = (yield* all(PodKind)).filter(({ status }) =>
        status?.phase === "Running" || status?.phase === "Pending"
      )
      most = Math.max(most, live.length)
    }
    return most
  })

const names = ["a", "b", "c", "d", "e"]
const phases = Effect.gen(function*() {
  const { run } = yield* verbs
  return yield* Effect.forEach(names, (name) => Effect.map(run(name), ({ status }) => status?.["phase"]))
})

it.effect("limits.activeRuns: a burst runs two at a time, in the order of its creation, kinds together", () =>
  Effect.gen(function*() {
    const { agents, create, docs, run } = yield* verbs
    for (const name of names) yield* create(codeRun(name, { service: name }))
    yield* create(docsRun("manual"))
    assert.strictEqual(yield* mostAtOnce(5), 2)
    assert.strictEqual((yield* run("e")).status?.["reason"], "WaitingForCapacity")
    assert.strictEqual(yield* mostAtOnce(85), 2)
    assert.deepStrictEqual(yield* phases, names.map(() => "Succeeded"))
    assert.strictEqual((yield* docs("manual")).status?.["phase"], "Succeeded")
    assert.deepStrictEqual((yield* agents).map(({ env }) => env["RUN_NAME"]), [...names, "manual"])
  }).pipe(Effect.provide(world({ config: { limits: { activeRuns: 2 } } }))))

it.effect("limits.activeRunsPerGithubUser: another user's run does not wait behind", () =>
  Effect.gen(function*() {
    const { agents, create } = yield* verbs
    yield* create(codeRun("a", { service: "a" }))
    yield* create(codeRun("b", { service: "b" }))
    yield* create(codeRun("c", { service: "c", githubUser: "bob" }))
    yield* pass("5 seconds")
    assert.deepStrictEqual((yield* agents).map(({ env }) => env["RUN_NAME"]), ["a", "c"])
    yield* pass("40 seconds")
    assert.deepStrictEqual((yield* agents).map(({ env }) => env["RUN_NAME"]), ["a", "c", "b"])
  }).pipe(Effect.provide(world({ config: { limits: { activeRunsPerGithubUser: 1 } } }))))

it.effect("limits.activeRunsPerService: with shared workspaces, some at a time", () =>
  Effect.gen(function*() {
    const { create } = yield* verbs
    for (const name of names) yield* create(codeRun(name))
    assert.strictEqual(yield* mostAtOnce(60), 2)
    assert.deepStrictEqual(yield* phases, names.map(() => "Succeeded"))
  }).pipe(
    Effect.provide(world({ config: { limits: { activeRunsPerService: 2 }, storage: { access: "Shared" } } }))
  ))

it.effect("a place is free again when its run is cancelled, deleted, or waits for something else", () =>
  Effect.gen(function*() {
    const { agents, client, create, edit } = yield* verbs
    for (const name of ["a", "b", "c"]) yield* create(codeRun(name, { service: name }))
    yield* pass("5 seconds")
    yield* edit("a", { cancel: true })
    yield* pass("5 seconds")
    yield* client.delete(CodeRunKind, { name: "b", namespace })
    yield* pass("10 seconds")
    assert.deepStrictEqual((yield* agents).map(({ env }) => env["RUN_NAME"]), ["a", "b", "c"])
  }).pipe(Effect.provide(world({ script: endless, config: { limits: { activeRuns: 1 } } }))))

it.effect("a run that waits for a workspace or another run keeps no place", () =>
  Effect.gen(function*() {
    const { agents, create } = yield* verbs
    yield* create(codeRun("a", { service: "one" }))
    yield* create(codeRun("b", { service: "one" }))
    yield* create(codeRun("c", { service: "two", dependsOn: ["b"] }))
    yield* create(codeRun("d", { service: "three" }))
    yield* pass("5 seconds")
    assert.deepStrictEqual((yield* agents).map(({ env }) => env["RUN_NAME"]), ["a", "d"])
    yield* pass("80 seconds")
    assert.deepStrictEqual((yield* agents).map(({ env }) => env["RUN_NAME"]), ["a", "d", "b", "c"])
  }).pipe(Effect.provide(world({ config: { limits: { activeRuns: 2 } } }))))
