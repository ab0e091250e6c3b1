import { assert, it } from "@effect/vitest"
import { Clock, Deferred, Duration, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { makeWorkQueue } from "../../src/runtime/WorkQueue.ts"

const settle = Effect.replicateEffect(Effect.yieldNow, 50)

/** A queue and what its workers have been at. */
const working = Effect.fnUntraced(function*(
  workers = 1,
  work: (key: string) => Effect.Effect<void> = () => Effect.void
) {
  const queue = yield* makeWorkQueue<string>((key) => key)
  const seen: Array<string> = []
  yield* Effect.replicateEffect(
    Effect.forkScoped(Effect.forever(queue.process((key) => {
      seen.push(key)
      return work(key)
    }))),
    workers
  )
  return { queue, seen }
})

/** Work that waits to be let go on, key by key. */
const makeGates = () => {
  const gates = new Map<string, Deferred.Deferred<void>>()
  const gateOf = (key: string) => {
    const gate = gates.get(key) ?? Deferred.makeUnsafe<void>()
    gates.set(key, gate)
    return gate
  }
  return {
    work: (key: string) => Effect.suspend(() => Deferred.await(gateOf(key))),
    open: Effect.fnUntraced(function*(key: string) {
      const gate = gateOf(key)
      gates.delete(key)
      yield* Deferred.succeed(gate, undefined)
      yield* settle
    })
  }
}

it.effect("keys are worked on in the order of their first add", () =>
  Effect.gen(function*() {
    const queue = yield* makeWorkQueue<string>((key) => key)
    yield* Effect.forEach(["b", "a", "c", "a", "b"], queue.add)
    assert.strictEqual(yield* queue.depth, 3)
    const seen: Array<string> = []
    yield* Effect.replicateEffect(queue.process((key) => Effect.sync(() => void seen.push(key))), 3)
    assert.deepStrictEqual(seen, ["b", "a", "c"])
    assert.strictEqual(yield* queue.depth, 0)
    yield* queue.add("d")
    yield* queue.process((key) => Effect.sync(() => void seen.push(key)))
    assert.deepStrictEqual(seen, ["b", "a", "c", "d"])
  }))

it.effect("a key is worked on by one worker at a time, and once more when it was added meanwhile", () =>
  Effect.gen(function*() {
    const { open, work } = makeGates()
    const { queue, seen } = yield* working(4, work)
    yield* queue.add("a")
    yield* settle
    yield* Effect.forEach(["a", "a", "a"], queue.add)
    yield* settle
    assert.deepStrictEqual(seen, ["a"])
    yield* open("a")
    assert.deepStrictEqual(seen, ["a", "a"])
    yield* open("a")
    assert.deepStrictEqual(seen, ["a", "a"])
  }))

it.effect("other keys go on meanwhile, as many as there are workers", () =>
  Effect.gen(function*() {
    const { open, work } = makeGates()
    const { queue, seen } = yield* working(2, work)
    yield* Effect.forEach(["a", "b", "c"], queue.add)
    yield* settle
    assert.deepStrictEqual(seen, ["a", "b"])
    yield* open("b")
    assert.deepStrictEqual(seen, ["a", "b", "c"])
  }))

it.effect("a key that was added while it was worked on goes to the end of the line", () =>
  Effect.gen(function*() {
    const { open, work } = makeGates()
    const { queue, seen } = yield* working(1, work)
    yield* queue.add("a")
    yield* settle
    yield* Effect.forEach(["b", "a"], queue.add)
    yield* open("a")
    yield* open("b")
    assert.deepStrictEqual(seen, ["a", "b", "a"])
  }))

it.effect("a worker that is interrupted or dies gives its key back", () =>
  Effect.gen(function*() {
    const queue = yield* makeWorkQueue<string>((key) => key)
    yield* queue.add("a")
    const worker = yield* Effect.forkChild(queue.process(() => Effect.never))
    yield* settle
    yield* Fiber.interrupt(worker)
    yield* queue.add("a")
    const died = yield* Effect.exit(queue.process(() => Effect.die("a bug")))
    assert.isTrue(Exit.isFailure(died))
    yield* queue.add("a")
    assert.strictEqual(yield* queue.depth, 1)
  }))

it.effect("keys are told apart by their id", () =>
  Effect.gen(function*() {
    const queue = yield* makeWorkQueue<{ readonly id: string }>(({ id }) => id)
    yield* queue.add({ id: "a" })
    yield* queue.add({ id: "a" })
    yield* queue.add({ id: "b" })
    assert.strictEqual(yield* queue.depth, 2)
  }))

it.effect("a delayed key comes when its time has come", () =>
  Effect.gen(function*() {
    const { queue, seen } = yield* working()
    yield* queue.addAfter("a", Duration.seconds(5))
    yield* TestClock.adjust("4999 millis")
    assert.deepStrictEqual(seen, [])
    yield* TestClock.adjust("1 millis")
    yield* settle
    assert.deepStrictEqual(seen, ["a"])
    yield* TestClock.adjust("1 hour")
    assert.deepStrictEqual(seen, ["a"])
  }))

it.effect("a later delay replaces an earlier one, also when it is longer", () =>
  Effect.gen(function*() {
    const { queue, seen } = yield* working()
    yield* queue.addAfter("a", Duration.seconds(5))
    yield* queue.addAfter("a", Duration.seconds(20))
    yield* TestClock.adjust("19 seconds")
    assert.deepStrictEqual(seen, [])
    yield* TestClock.adjust("1 second")
    yield* settle
    assert.deepStrictEqual(seen, ["a"])
  }))

it.effect("delays of several keys do not touch each other, nor an add that does not wait", () =>
  Effect.gen(function*() {
    const { queue, seen } = yield* working()
    yield* queue.addAfter("a", Duration.seconds(5))
    yield* queue.addAfter("b", Duration.seconds(1))
    yield* queue.add("a")
    yield* settle
    assert.deepStrictEqual(seen, ["a"])
    yield* TestClock.adjust("5 seconds")
    yield* settle
    assert.deepStrictEqual(seen, ["a", "b", "a"])
  }))

/** Seconds between failures in a row of one key. */
const delays = Effect.fnUntraced(function*(count: number) {
  const { queue, seen } = yield* working()
  const waited: Array<number> = []
  for (let failure = 0; failure < count; failure++) {
    yield* queue.addFailed("a")
    let millis = 0
    const before = seen.length
    while (seen.length === before && millis < 1_000_000) {
      millis += 50
      yield* TestClock.adjust("50 millis")
      yield* Effect.replicateEffect(Effect.yieldNow, 3)
    }
    waited.push(millis)
  }
  return { queue, seen, waited }
})

it.effect("failures in a row double the delay", () =>
  Effect.gen(function*() {
    const { waited } = yield* delays(6)
    assert.deepStrictEqual(waited, [50, 100, 200, 400, 800, 1600])
  }))

it.effect("the delay has an end: a key that always fails comes back every five minutes", () =>
  Effect.gen(function*() {
    const { queue, seen } = yield* working()
    for (let failure = 0; failure < 40; failure++) yield* queue.addFailed("a")
    yield* TestClock.adjust("299 seconds")
    assert.deepStrictEqual(seen, [])
    yield* TestClock.adjust("1 second")
    yield* settle
    assert.deepStrictEqual(seen, ["a"])
  }))

it.effect("a success resets the failure count of its key and of no other", () =>
  Effect.gen(function*() {
    const { queue, seen } = yield* delays(4)
    yield* queue.addFailed("b")
    yield* TestClock.adjust("50 millis")
    yield* settle
    queue.forget("a")
    yield* queue.addFailed("a")
    yield* queue.addFailed("b")
    yield* TestClock.adjust("50 millis")
    yield* settle
    assert.deepStrictEqual(seen.slice(4), ["b", "a"])
    yield* TestClock.adjust("50 millis")
    yield* settle
    assert.deepStrictEqual(seen.slice(4), ["b", "a", "b"])
  }))

/** Seconds after the first at which a key was looked at, that acts in the same way each time. */
const actingTimes = Effect.fnUntraced(function*(seconds: number, news?: Duration.Input) {
  const queue = yield* makeWorkQueue<string>((key) => key)
  const times: Array<number> = []
  yield* Effect.forkScoped(Effect.forever(queue.process((key) =>
    Effect.andThen(
      Effect.map(Clock.currentTimeMillis, (now) => void times.push(now / 1000)),
      queue.addActed(key, "same")
    )
  )))
  yield* queue.add("a")
  yield* settle
  if (news !== undefined) {
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(news), queue.add("a"))))
  }
  for (let passed = 0; passed < seconds; passed += 0.5) {
    yield* TestClock.adjust("500 millis")
    yield* settle
  }
  return times
})

it.effect("what acts in the same way again and again does so at once a few times, and then ever more seldom", () =>
  Effect.gen(function*() {
    assert.deepStrictEqual(yield* actingTimes(70), [0, 0, 0, 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 63.5])
  }))

it.effect("news of what rests is looked at within seconds, and no stream of news more often than that", () =>
  Effect.gen(function*() {
    assert.deepStrictEqual(
      yield* actingTimes(60, "100 millis"),
      [0, 0, 0, 0, 0.5, 1.5, 3.5, 7.5, 12.5, 17.5, 22.5, 28.9, 41.7]
    )
  }))

it.effect("what leaves nothing to look at is added only once it is done over and over", () =>
  Effect.gen(function*() {
    const { queue, seen } = yield* working()
    const added: Array<boolean> = []
    for (let act = 0; act < 5; act++) added.push(yield* queue.addActed("a", "same", true))
    yield* settle
    assert.deepStrictEqual([added, seen], [[false, false, false, true, true], []])
    yield* queue.add("a")
    yield* TestClock.adjust("900 millis")
    yield* settle
    assert.deepStrictEqual(seen, [])
    yield* TestClock.adjust("100 millis")
    yield* settle
    assert.deepStrictEqual(seen, ["a"])
  }))

it.effect("what acts in another way does so at once", () =>
  Effect.gen(function*() {
    const { queue, seen } = yield* working()
    for (let act = 0; act < 12; act++) yield* queue.addActed("a", "same")
    yield* settle
    const before = seen.length
    yield* queue.addActed("a", "other")
    yield* settle
    assert.strictEqual(seen.length, before + 1)
  }))

it.effect("a failure waits as long as was asked for, never less than its own back-off, never longer than the longest", () =>
  Effect.gen(function*() {
    const { queue, seen } = yield* working()
    for (let failure = 0; failure < 5; failure++) yield* queue.addFailed("a")
    yield* queue.addFailed("a", Duration.zero)
    yield* TestClock.adjust("1599 millis")
    assert.deepStrictEqual(seen, [])
    yield* TestClock.adjust("1 millis")
    yield* settle
    assert.deepStrictEqual(seen, ["a"])
    yield* queue.addFailed("b", Duration.hours(1))
    yield* TestClock.adjust("5 minutes")
    yield* settle
    assert.deepStrictEqual(seen, ["a", "b"])
  }))
