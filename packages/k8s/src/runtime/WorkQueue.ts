/**
 * Keys to look at: each at most once at a time, at most once in line, and once more if it was added while it was worked on. What failed,
 * or was done again and again, rests for a time that doubles; news of a resting key is looked at soon, and not each time at once.
 */
import { millisOf, monotonicMillis } from "@orchestrator/domain/Monotonic"
import { Clock, Context, Duration, Effect, Queue, type Scope } from "effect"
import { queueRetries, queueWaitSeconds } from "../Metrics.ts"
import { makeAlarms } from "./Alarms.ts"
import { makePace } from "./Pace.ts"

export interface WorkQueue<Key> {
  /** There is news of it. */
  readonly add: (key: Key) => Effect.Effect<void>
  /** Adds it later; an earlier delay of the same key is replaced. */
  readonly addAfter: (key: Key, delay: Duration.Duration) => Effect.Effect<void>
  /** Adds it after a delay that doubles with every failure in a row, and that is no shorter than what was asked for. */
  readonly addFailed: (key: Key, atLeast?: Duration.Duration) => Effect.Effect<void>
  /**
   * Adds it since this was done: at once, unless the same is done over and over. `isLast`: only then, since it leaves nothing to look at.
   * Answers with whether it was added.
   */
  readonly addActed: (key: Key, what: string, isLast?: boolean) => Effect.Effect<boolean>
  /** Resets the key's failure count. */
  readonly forget: (key: Key) => Effect.Effect<void>
  /** Waits for a key, works on it, and allows it again. Never fails. */
  readonly process: <R>(work: (key: Key) => Effect.Effect<void, never, R>) => Effect.Effect<void, never, R>
  /** Keys in line, without those worked on. */
  readonly depth: Effect.Effect<number>
}

const firstDelay = 50
const longestDelay = Duration.minutes(5)
/** How long news of a resting key waits at most: it may be the echo of what is done over and over. */
const newsDelay = (restMillis: number) => Math.min(restMillis, Math.max(5000, restMillis / 10))

/** What of a queue is measured, where it has a name. */
const measures = (queue: string | undefined) =>
  Effect.contextWith((context: Context.Context<never>) => {
    const clock = Context.get(context, Clock.Clock)
    const now = () => millisOf(clock.monotonicTimeNanosUnsafe())
    return Effect.succeed(
      queue === undefined
        ? { now: () => 0, taken: () => undefined, retried: () => undefined }
        : {
          now,
          taken: (since: number) => queueWaitSeconds.of({ queue }).updateUnsafe((now() - since) / 1000, context),
          retried: () => queueRetries.of({ queue }).updateUnsafe(1, context)
        }
    )
  })

/** `name`: under which it is measured. */
export const makeWorkQueue = Effect.fnUntraced(function*<Key>(
  idOf: (key: Key) => string,
  longest: Duration.Duration = longestDelay,
  name?: string
): Effect.fn.Return<WorkQueue<Key>, never, Scope.Scope> {
  const line = yield* Queue.unbounded<Key>()
  /** Since when a key waits. */
  const waiting = new Map<string, number>()
  const measure = yield* measures(name)
  const working = new Set<string>()
  const again = new Map<string, Key>()
  const failures = new Map<string, number>()
  /** Until when news of a key waits. */
  const rests = new Map<string, number>()
  const paceOf = makePace({ longestMillis: Duration.toMillis(longest) })

  const enqueueNow = (key: Key) => {
    const id = idOf(key)
    if (working.has(id)) again.set(id, key)
    else if (!waiting.has(id)) {
      waiting.set(id, measure.now())
      Queue.offerUnsafe(line, key)
    }
  }
  const enqueue = (key: Key) => Effect.sync(() => enqueueNow(key))

  const alarms = yield* makeAlarms<Key>((id, key) =>
    Effect.suspend(() => {
      rests.delete(id)
      return enqueue(key)
    })
  )

  const addAt = (key: Key, at: number, now: number) => alarms.set(idOf(key), key, at, now)

  const add = (key: Key) =>
    Effect.suspend(() => {
      if (rests.size > 0) return addUnlessRested(key)
      enqueueNow(key)
      return Effect.void
    })

  const addUnlessRested = (key: Key) =>
    Effect.flatMap(monotonicMillis, (now) => {
      const id = idOf(key)
      const rest = rests.get(id)
      if (rest === undefined || rest <= now) return enqueue(key)
      return (alarms.dueAt(id) ?? Infinity) <= rest ? Effect.void : addAt(key, rest, now)
    })

  const addAfter = (key: Key, delay: Duration.Duration) =>
    Effect.flatMap(monotonicMillis, (now) => addAt(key, now + Duration.toMillis(delay), now))

  const rest = (key: Key, millis: number) =>
    Effect.flatMap(monotonicMillis, (now) => {
      rests.set(idOf(key), now + newsDelay(millis))
      return addAt(key, now + millis, now)
    })

  const addFailed = (key: Key, atLeast = Duration.zero) =>
    Effect.suspend(() => {
      const id = idOf(key)
      const count = failures.get(id) ?? 0
      failures.set(id, count + 1)
      measure.retried()
      const millis = Math.max(firstDelay * 2 ** Math.min(count, 20), Duration.toMillis(atLeast))
      return rest(key, Math.min(Duration.toMillis(longest), millis))
    })

  const addActed = (key: Key, what: string, isLast = false) =>
    Effect.flatMap(monotonicMillis, (now) => {
      const millis = paceOf(`${idOf(key)} ${what}`, now)
      if (millis === 0 && isLast) return Effect.succeed(false)
      return Effect.as(millis === 0 ? enqueue(key) : rest(key, millis), true)
    })

  const finish = (id: string) =>
    Effect.suspend(() => {
      working.delete(id)
      const key = again.get(id)
      again.delete(id)
      return key === undefined ? Effect.void : add(key)
    })

  return {
    add,
    addAfter,
    addFailed,
    addActed,
    forget: (key) =>
      Effect.sync(() => {
        failures.delete(idOf(key))
        rests.delete(idOf(key))
      }),
    process: (work) =>
      Effect.flatMap(Queue.take(line), (key) => {
        const id = idOf(key)
        measure.taken(waiting.get(id) ?? 0)
        waiting.delete(id)
        working.add(id)
        return Effect.ensuring(work(key), finish(id))
      }),
    depth: Effect.sync(() => waiting.size)
  }
})
