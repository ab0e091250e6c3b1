/**
 * Times at which something is to be looked at, one for each id: an earlier time of the same id is replaced. One fiber sleeps for all of them, since
 * there are as many as there are runs, and a fiber that sleeps takes some kilobytes.
 */
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { Duration, Effect, FiberHandle, type Scope } from "effect"
import { makeSorted } from "../Sorted.ts"

export interface Alarms<A> {
  /** Times are milliseconds of the monotonic clock. One that has passed is due at once. */
  readonly set: (id: string, value: A, at: number, now: number) => Effect.Effect<void>
  /** When the id is due; undefined: it has no alarm. */
  readonly dueAt: (id: string) => number | undefined
}

interface Alarm<A> {
  readonly id: string
  readonly value: A
  readonly at: number
}

/** `ring` is called for each when it is due, and no longer has an alarm. */
export const makeAlarms = Effect.fnUntraced(function*<A>(
  ring: (id: string, value: A) => Effect.Effect<void>
): Effect.fn.Return<Alarms<A>, never, Scope.Scope> {
  const sleeper = yield* FiberHandle.make()
  const byId = new Map<string, Alarm<A>>()
  const order = makeSorted<Alarm<A>>((left, right) =>
    left.at === right.at ? (left.id === right.id ? 0 : left.id < right.id ? -1 : 1) : left.at - right.at
  )
  /** Until when the fiber sleeps. */
  let sleepsUntil = Infinity

  const drop = (alarm: Alarm<A>) => {
    byId.delete(alarm.id)
    order.remove(alarm)
  }

  const sleep = Effect.gen(function*() {
    while (true) {
      const [next] = order.items
      if (next === undefined) break
      const now = yield* monotonicMillis
      if (next.at > now) {
        sleepsUntil = next.at
        yield* Effect.sleep(Duration.millis(next.at - now))
      } else {
        const { id, value } = next
        // An earlier alarm that is set meanwhile interrupts this fiber: no alarm is lost by that.
        yield* Effect.uninterruptible(Effect.suspend(() => {
          drop(next)
          return ring(id, value)
        }))
      }
    }
    sleepsUntil = Infinity
  })

  return {
    set: (id, value, at, now) =>
      Effect.suspend(() => {
        const before = byId.get(id)
        if (before !== undefined) drop(before)
        const alarm = { id, value, at: Math.max(at, now) }
        byId.set(id, alarm)
        order.add([alarm])
        if (alarm.at >= sleepsUntil) return Effect.void
        sleepsUntil = alarm.at
        return Effect.asVoid(FiberHandle.run(sleeper, sleep))
      }),
    dueAt: (id) => byId.get(id)?.at
  }
})
