/**
 * Keys to look at: each at most once at a time, at most once in line, and once more if it was added while it was worked on. What failed,
 * or was done again and again, rests for a time that doubles; news of a resting key is looked at soon, and not each time at once.
 */
import { millisOf } from "@orchestrator/domain/Monotonic"
import { Clock, Duration, Effect, Queue, type Scope } from "effect"
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
  readonly forget: (key: Key) => void
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
  Effect.map(Effect.context<never>(), (context) =>
    queue === undefined
      ? { waited: () => undefined, retried: () => undefined }
      : {
        waited: (millis: number) => queueWaitSeconds.of({ queue }).updateUnsafe(millis / 1000, context),
        retried: () => queueRetries.of({ queue }).updateUnsafe(1, context)
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
  const clock = yield* Clock.Clock
  const currentMillis = () => millisOf(clock.monotonicTimeNanosUnsafe())
  const working = new Set<string>()
  const again = new Map<string, Key>()
  const failures = new Map<string, number>()
  /** Until when news of a key waits. */
  const rests = new Map<string, number>()
  const paceOf = makePace({ longestMillis: Duration.toMillis(longest) })

  const enqueue = (id: string, key: Key): void => {
    if (working.has(id)) again.set(id, key)
    else if (!waiting.has(id)) {
      waiting.set(id, currentMillis())
      Queue.offerUnsafe(line, key)
    }
  }

  const alarms = yield* makeAlarms<Key>((id, key) =>
    Effect.sync(() => {
      rests.delete(id)
      enqueue(id, key)
    })
  )

  const addAt = (key: Key, at: number, now: number) => alarms.set(idOf(key), key, at, now)

  const add = (key: Key) =>
    Effect.suspend(() => {
      const id = idOf(key)
      const rest = rests.get(id)
      const now = rest === undefined ? 0 : currentMillis()
      if (rest === undefined || rest <= now) {
        enqueue(id, key)
        return Effect.void
      }
      return (alarms.dueAt(id) ?? Infinity) <= rest ? Effect.void : addAt(key, rest, now)
    })

  const addAfter = (key: Key, delay: Duration.Duration) =>
    Effect.suspend(() => {
      const now = currentMillis()
      return addAt(key, now + Duration.toMillis(delay), now)
    })

  const rest = (key: Key, millis: number) => {
    const now = currentMillis()
    rests.set(idOf(key), now + newsDelay(millis))
    return addAt(key, now + millis, now)
  }

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
    Effect.suspend(() => {
      const id = idOf(key)
      const millis = paceOf(`${id} ${what}`, currentMillis())
      if (millis > 0) return Effect.as(rest(key, millis), true)
      if (!isLast) enqueue(id, key)
      return Effect.succeed(!isLast)
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
    forget: (key) => {
      failures.delete(idOf(key))
      rests.delete(idOf(key))
    },
    process: (work) =>
      Effect.flatMap(Queue.take(line), (key) => {
        const id = idOf(key)
        measure.waited(currentMillis() - (waiting.get(id) ?? 0))
        waiting.delete(id)
        working.add(id)
        return Effect.ensuring(work(key), finish(id))
      }),
    depth: Effect.sync(() => waiting.size)
  }
})
