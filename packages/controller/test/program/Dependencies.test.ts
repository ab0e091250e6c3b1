/** Runs that depend on one another. */
import { assert, it } from "@effect/vitest"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { acting, codeRun, completed, failed, namespace, pass, verbs, world } from "./World.ts"

const failingFor = (run: string) =>
  acting(({ env }) => env["RUN_NAME"] === run ? failed("AgentError") : completed(env, "10 seconds"))

const reasons = (...names: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { run } = yield* verbs
    return yield* Effect.forEach(names, (name) => Effect.map(run(name), ({ status }) => status?.["reason"]))
  })

it.effect("S16: a chain runs in its order, whatever order it was created in; a failure fails what comes after it", () =>
  Effect.gen(function*() {
    const { agents, create } = yield* verbs
    yield* create(codeRun("d", { service: "d", dependsOn: ["c"] }))
    yield* create(codeRun("c", { service: "c", dependsOn: ["b"] }))
    yield* create(codeRun("b", { service: "b", dependsOn: ["a"] }))
    yield* create(codeRun("a", { service: "a" }))
    yield* pass("5 seconds")
    assert.deepStrictEqual(yield* reasons("a", "b", "c", "d"), [
      "AgentRunning",
      "WaitingForDependencies",
      "WaitingForDependencies",
      "WaitingForDependencies"
    ])
    yield* pass("60 seconds")
    assert.deepStrictEqual(yield* reasons("a", "b", "c", "d"), [
      "Delivered",
      "Delivered",
      "AgentError",
      "DependencyFailed"
    ])
    assert.deepStrictEqual((yield* agents).map(({ env }) => env["RUN_NAME"]), ["a", "b", "c"])
  }).pipe(Effect.provide(world({ script: failingFor("c") }))))

it.effect("S16: a run that waits for a younger one of its service lets it have the workspace", () =>
  Effect.gen(function*() {
    const { agents, create } = yield* verbs
    yield* create(codeRun("older", { dependsOn: ["younger"] }))
    yield* pass("2 seconds")
    yield* create(codeRun("younger", { taskId: 2 }))
    yield* pass("60 seconds")
    assert.deepStrictEqual(yield* reasons("older", "younger"), ["Delivered", "Delivered"])
    assert.deepStrictEqual((yield* agents).map(({ env }) => env["RUN_NAME"]), ["younger", "older"])
  }).pipe(Effect.provide(world())))

it.effect("S16: a ring ends, and says so; a name that comes later is waited for", () =>
  Effect.gen(function*() {
    const { create, run } = yield* verbs
    yield* create(codeRun("one", { service: "one", dependsOn: ["two"] }))
    yield* create(codeRun("two", { service: "two", dependsOn: ["one"] }))
    yield* create(codeRun("early", { service: "three", dependsOn: ["late"] }))
    yield* pass("5 seconds")
    assert.deepStrictEqual(yield* reasons("one", "two"), ["DependencyFailed", "DependencyFailed"])
    assert.include(String((yield* run("early")).status?.["message"]), "late")
    yield* create(codeRun("late", { service: "four" }))
    yield* pass("60 seconds")
    assert.deepStrictEqual(yield* reasons("late", "early"), ["Delivered", "Delivered"])
  }).pipe(Effect.provide(world())))

it.effect("S16: once the failed one has succeeded, the next version of the other goes on", () =>
  Effect.gen(function*() {
    const { create, edit, node } = yield* verbs
    yield* create(codeRun("base", { service: "base" }))
    yield* create(codeRun("top", { service: "top", dependsOn: ["base"] }))
    yield* pass("30 seconds")
    assert.deepStrictEqual(yield* reasons("base", "top"), ["AgentError", "DependencyFailed"])
    yield* node.script(acting(({ env }) => completed(env, "10 seconds")))
    yield* edit("top", { contextVersion: 2 })
    yield* edit("base", { contextVersion: 2 })
    yield* pass("60 seconds")
    assert.deepStrictEqual(yield* reasons("base", "top"), ["Delivered", "Delivered"])
  }).pipe(Effect.provide(world({ script: failingFor("base") }))))

it.effect("a dependency that is deleted before it has ended is missed, and not forgotten", () =>
  Effect.gen(function*() {
    const { agents, client, create } = yield* verbs
    yield* create(codeRun("base", { service: "base" }))
    yield* create(codeRun("top", { service: "top", dependsOn: ["base"] }))
    yield* pass("5 seconds")
    yield* client.delete(CodeRunKind, { name: "base", namespace })
    yield* pass("30 seconds")
    assert.deepStrictEqual(yield* reasons("top"), ["WaitingForDependencies"])
    assert.lengthOf(yield* agents, 1)
  }).pipe(Effect.provide(world())))

it.effect("S16: runs whose names have the same hash are not taken for one another", () =>
  Effect.gen(function*() {
    const { agents, create } = yield* verbs
    const [good, bad] = ["run-179599", "run-362382"] as const
    yield* create(codeRun("after-good", { service: "one", dependsOn: [good] }))
    yield* create(codeRun("after-bad", { service: "two", dependsOn: [bad] }))
    yield* create(codeRun(good, { service: "three" }))
    yield* pass("30 seconds")
    assert.deepStrictEqual(yield* reasons("after-good", "after-bad"), ["Delivered", "WaitingForDependencies"])
    yield* create(codeRun(bad, { service: "four" }))
    yield* pass("30 seconds")
    assert.deepStrictEqual(yield* reasons("after-good", "after-bad"), ["Delivered", "DependencyFailed"])
    assert.deepStrictEqual((yield* agents).map(({ env }) => env["RUN_NAME"]), [good, "after-good", bad])
  }).pipe(Effect.provide(world({ script: failingFor("run-362382") }))))
