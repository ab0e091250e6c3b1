/**
 * Ends what takes too long: one fiber looks at all that is under way, since one that sleeps for each request, and the race with it, were as dear as
 * the request. It looks a few times a second, and only while there is something to look at.
 */
import { millisOf } from "@orchestrator/domain/Monotonic"
import { Clock, Duration, Effect, Latch, type Scope } from "effect"

export interface Deadlines {
  /** Calls `late` once so many milliseconds have passed, a quarter of a second later at most; not after what is answered with was called. */
  readonly begin: (millis: number, late: () => void) => () => void
}

const betweenLooks = Duration.millis(250)

export const makeDeadlines: Effect.Effect<Deadlines, never, Scope.Scope> = Effect.gen(function*() {
  const clock = yield* Clock.Clock
  const now = () => millisOf(clock.monotonicTimeNanosUnsafe())
  const underway = new Set<{ readonly due: number; readonly late: () => void }>()
  const isBusy = Latch.makeUnsafe()

  const look = Effect.sync(() => {
    for (const each of underway) {
      if (each.due > now()) continue
      underway.delete(each)
      each.late()
    }
    if (underway.size === 0) isBusy.closeUnsafe()
  })
  yield* Effect.forkScoped(
    Effect.forever(Effect.andThen(isBusy.await, Effect.andThen(Effect.sleep(betweenLooks), look)))
  )

  return {
    begin: (millis, late) => {
      const each = { due: now() + millis, late }
      underway.add(each)
      isBusy.openUnsafe()
      return () => void underway.delete(each)
    }
  }
})
