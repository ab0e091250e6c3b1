/** What starts no run: a person, maintenance, and the hours in which nothing starts; and who is first when there is a place. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { codeRun, docsRun, pass, verbs, world } from "./World.ts"

const namesOf = Effect.flatMap(
  verbs,
  ({ agents }) => Effect.map(agents, (all) => all.map(({ env }) => env["RUN_NAME"]))
)

const reasonsOf = (...names: ReadonlyArray<string>) =>
  Effect.flatMap(
    verbs,
    ({ run }) => Effect.forEach(names, (name) => Effect.map(run(name), ({ status }) => status?.["reason"]))
  )

it.effect("a suspended run starts when it is resumed, and others of its workspace do not wait for it", () =>
  Effect.gen(function*() {
    const { create, edit } = yield* verbs
    yield* create(codeRun("a", { suspend: true }))
    yield* pass("1 second")
    yield* create(codeRun("b", { taskId: 2 }))
    yield* pass("5 seconds")
    assert.deepStrictEqual(yield* reasonsOf("a"), ["Suspended"])
    assert.deepStrictEqual(yield* namesOf, ["b"])
    yield* pass("60 seconds")
    yield* edit("a", { suspend: false })
    yield* pass("60 seconds")
    assert.deepStrictEqual(yield* namesOf, ["b", "a"])
    assert.deepStrictEqual(yield* reasonsOf("a", "b"), ["Delivered", "Delivered"])
  }).pipe(Effect.provide(world())))

it.effect("a run that is suspended while it waits lets the next one through; one that works is left to end", () =>
  Effect.gen(function*() {
    const { create, edit } = yield* verbs
    for (const name of ["a", "b", "c"]) yield* create(codeRun(name, { service: name }))
    yield* pass("5 seconds")
    yield* edit("a", { suspend: true })
    yield* edit("b", { suspend: true })
    yield* pass("90 seconds")
    assert.deepStrictEqual(yield* namesOf, ["a", "c"])
    assert.deepStrictEqual(yield* reasonsOf("a", "b", "c"), ["Delivered", "Suspended", "Delivered"])
  }).pipe(Effect.provide(world({ config: { limits: { activeRuns: 1 } } }))))

it.effect("while the installation is suspended nothing starts, of either kind", () =>
  Effect.gen(function*() {
    const { create, docs } = yield* verbs
    yield* create(codeRun("a"))
    yield* create(docsRun("manual"))
    yield* pass("6 minutes")
    assert.deepStrictEqual(yield* namesOf, [])
    assert.deepStrictEqual(yield* reasonsOf("a"), ["Maintenance"])
    assert.strictEqual((yield* docs("manual")).status?.["reason"], "Maintenance")
  }).pipe(Effect.provide(world({ config: { suspend: true } }))))

it.effect("in quiet hours nothing starts, and by itself what waits does when they are over", () =>
  Effect.gen(function*() {
    const { create, run } = yield* verbs
    yield* create(codeRun("a"))
    yield* pass("5 seconds")
    const { status } = yield* run("a")
    assert.strictEqual(status?.["reason"], "QuietHours")
    assert.match(String(status?.["message"]), /over at \d{4}-\d\d-\d\dT00:03:00Z/)
    assert.deepStrictEqual(yield* namesOf, [])
    yield* pass("4 minutes")
    assert.deepStrictEqual(yield* reasonsOf("a"), ["Delivered"])
  }).pipe(Effect.provide(world({ config: { quietHours: [{ from: "00:00", to: "00:03" }] } }))))

it.effect("of those that wait, the highest priority starts first", () =>
  Effect.gen(function*() {
    const { create } = yield* verbs
    yield* create(codeRun("a", { service: "a" }))
    yield* pass("2 seconds")
    yield* create(codeRun("low", { service: "b", priority: "low" }))
    yield* create(codeRun("normal", { service: "c" }))
    yield* create(codeRun("high", { service: "d", priority: "high" }))
    yield* pass("3 minutes")
    assert.deepStrictEqual(yield* namesOf, ["a", "high", "normal", "low"])
  }).pipe(Effect.provide(world({ config: { limits: { activeRuns: 1 } } }))))

it.effect("in a workspace's line, too", () =>
  Effect.gen(function*() {
    const { create } = yield* verbs
    yield* create(codeRun("a"))
    yield* pass("2 seconds")
    yield* create(codeRun("normal", { taskId: 2 }))
    yield* create(codeRun("high", { taskId: 3, priority: "high" }))
    yield* pass("3 minutes")
    assert.deepStrictEqual(yield* namesOf, ["a", "high", "normal"])
  }).pipe(Effect.provide(world())))

it.effect("a priority that its user may not ask for is refused, and named", () =>
  Effect.gen(function*() {
    const { create, run } = yield* verbs
    yield* create(codeRun("a", { priority: "high" }))
    yield* create(codeRun("b", { priority: "high", githubUser: "bob", service: "b" }))
    yield* pass("5 seconds")
    const { status } = yield* run("a")
    assert.strictEqual(status?.["reason"], "InvalidSpec")
    assert.match(String(status?.["message"]), /spec\.priority.*at most normal \(limits\.maxPriority\)/)
    assert.deepStrictEqual(yield* namesOf, ["b"])
  }).pipe(
    Effect.provide(world({ config: { limits: { maxPriority: "normal", maxPriorityOfGithubUser: { bob: "high" } } } }))
  ))
