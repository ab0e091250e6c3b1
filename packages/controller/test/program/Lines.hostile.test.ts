/** Runs that want what another holds which itself waits: what waits for others holds nothing. On the memory cluster. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { acting, codeRun, completed, failed, pass, verbs, world } from "./World.ts"

/** The first version fails, later ones deliver. */
const better = acting((request) =>
  request.pod.metadata.labels?.["context-version"] === "1"
    ? failed("AgentError", "2 seconds")
    : completed(request.env, "5 seconds")
)

const phases = (...names: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { run } = yield* verbs
    return yield* Effect.forEach(names, (name) => Effect.map(run(name), ({ status }) => status?.["phase"]))
  })

describe("no run waits for one that waits for it", () => {
  it.effect("a run that had the workspace last waits for another run of its service, both raised", () =>
    Effect.gen(function*() {
      const { create, edit } = yield* verbs
      yield* create(codeRun("b"))
      yield* pass("10 seconds")
      yield* create(codeRun("a"))
      yield* pass("10 seconds")
      assert.deepStrictEqual(yield* phases("a", "b"), ["Failed", "Failed"])
      yield* edit("b", { contextVersion: 2 })
      yield* edit("a", { contextVersion: 2, dependsOn: ["b"] })
      yield* pass("30 seconds")
      assert.deepStrictEqual(yield* phases("a", "b"), ["Succeeded", "Succeeded"])
    }).pipe(Effect.provide(world({ script: better }))))

  it.effect("two runs exchange their services, which each of them had last", () =>
    Effect.gen(function*() {
      const { create, edit } = yield* verbs
      yield* create(codeRun("a", { service: "one" }))
      yield* create(codeRun("b", { service: "two" }))
      yield* pass("10 seconds")
      yield* edit("a", { contextVersion: 2, service: "two" })
      yield* edit("b", { contextVersion: 2, service: "one" })
      // In a controller's first minute a Job of the one before may come yet.
      yield* pass("90 seconds")
      assert.deepStrictEqual(yield* phases("a", "b"), ["Succeeded", "Succeeded"])
    }).pipe(Effect.provide(world({ script: better }))))

  it.effect("the same by dependencies over two services, and with one slot for all", () =>
    Effect.gen(function*() {
      const { create, edit } = yield* verbs
      yield* create(codeRun("a", { service: "one" }))
      yield* create(codeRun("b", { service: "two" }))
      yield* pass("20 seconds")
      yield* edit("a", { contextVersion: 2, service: "two", dependsOn: ["b"] })
      yield* edit("b", { contextVersion: 2, service: "one" })
      yield* create(codeRun("c", { service: "one", dependsOn: ["a"] }))
      yield* pass("60 seconds")
      assert.deepStrictEqual(yield* phases("a", "b"), ["Succeeded", "Succeeded"])
    }).pipe(Effect.provide(world({ script: better, config: { limits: { activeRuns: 1 } } }))))
})

describe("a ring of dependencies ends with its names", () => {
  it.effect.each([
    { ring: "of one", names: ["a"], path: "a -> a" },
    { ring: "of two", names: ["a", "b"], path: "a -> b -> a" },
    { ring: "of four", names: ["a", "b", "c", "d"], path: "a -> b -> c -> d -> a" }
  ])("$ring", ({ names, path }) =>
    Effect.gen(function*() {
      const { agents, create, run } = yield* verbs
      for (const [index, name] of names.entries()) {
        yield* create(codeRun(name, { dependsOn: [names[(index + 1) % names.length]] }))
      }
      yield* pass("3 seconds")
      assert.deepStrictEqual(yield* phases(...names), names.map(() => "Failed"))
      const ends = yield* Effect.forEach(names, (name) => Effect.map(run(name), ({ status }) => status?.["message"]))
      assert.isTrue(ends.some((message) => String(message).includes(path)), ends.join("\\n"))
      assert.lengthOf(yield* agents, 0)
    }).pipe(Effect.provide(world())))

  it.effect("one that is closed by an edit of a run that works already is none: nobody waits in it", () =>
    Effect.gen(function*() {
      const { create, edit } = yield* verbs
      yield* create(codeRun("first", { service: "one" }))
      yield* pass("2 seconds")
      yield* create(codeRun("then", { service: "two", dependsOn: ["first"] }))
      yield* edit("first", { dependsOn: ["then"] })
      yield* pass("40 seconds")
      assert.deepStrictEqual(yield* phases("first", "then"), ["Succeeded", "Succeeded"])
    }).pipe(Effect.provide(world())))
})
