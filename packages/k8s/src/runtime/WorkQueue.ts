/**
 * Keys to look at: each at most once at a time, at most once in line, and once more if it was added while it was worked on. Failures
 * come back after a back-off of their own.
 */
import { Duration, Effect, FiberMap, Queue, type Scope } from "effect"

export interface WorkQueue<Key> {
  readonly add: (key: Key) => Effect.Effect<void>
  /** Adds it later; an earlier delay of the same key is replaced. */
  readonly addAfter: (key: Key, delay: Duration.Duration) => Effect.Effect<void>
  /** Adds it after a delay that doubles with every failure in a row. */
  readonly addFailed: (key: Key) => Effect.Effect<void>
  /** Resets the key's failure count. */
  readonly forget: (key: Key) => Effect.Effect<void>
  /** Waits for a key, works on it, and allows it again. Never fails. */
  readonly process: <R>(work: (key: Key) => Effect.Effect<void, never, R>) => Effect.Effect<void, never, R>
  /** Keys in line, without those worked on. */
  readonly depth: Effect.Effect<number>
}

const firstDelay = 50
const longestDelay = Duration.minutes(5)

export const makeWorkQueue = Effect.fnUntraced(function*<Key>(
  idOf: (key: Key) => string,
  longest: Duration.Duration = longestDelay
): Effect.fn.Return<WorkQueue<Key>, never, Scope.Scope> {
  const line = yield* Queue.unbounded<Key>()
  const timers = yield* FiberMap.make<string>()
  const waiting = new Set<string>()
  const working = new Set<string>()
  const again = new Map<string, Key>()
  const failures = new Map<string, number>()

  const add = (key: Key) =>
    Effect.suspend(() => {
      const id = idOf(key)
      if (working.has(id)) {
        again.set(id, key)
        return Effect.void
      }
      if (waiting.has(id)) return Effect.void
      waiting.add(id)
      return Effect.asVoid(Queue.offer(line, key))
    })

  const addAfter = (key: Key, delay: Duration.Duration) =>
    Effect.asVoid(FiberMap.run(timers, idOf(key), Effect.delay(add(key), delay)))

  const addFailed = (key: Key) =>
    Effect.suspend(() => {
      const id = idOf(key)
      const count = failures.get(id) ?? 0
      failures.set(id, count + 1)
      return addAfter(key, Duration.min(longest, Duration.millis(firstDelay * 2 ** Math.min(count, 20))))
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
    forget: (key) => Effect.sync(() => void failures.delete(idOf(key))),
    process: (work) =>
      Effect.flatMap(Queue.take(line), (key) => {
        const id = idOf(key)
        waiting.delete(id)
        working.add(id)
        return Effect.ensuring(work(key), finish(id))
      }),
    depth: Effect.sync(() => waiting.size)
  }
})
