/** A wall clock that somebody sets, over the clock that there is. The monotonic one and all timers go on as they did. */
import { Clock, Context, Effect, Layer } from "effect"

export class WallClock extends Context.Service<WallClock, {
  /** By how much it is ahead. */
  millis: number
}>()("@orchestrator/embedded/faults/WallClock") {
  static readonly layer = Layer.sync(WallClock, () => ({ millis: 0 }))
}

/** For whatever is built on it. */
export const setClock = Layer.effect(
  Clock.Clock,
  Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const ahead = yield* WallClock
    const millis = () => clock.currentTimeMillisUnsafe() + ahead.millis
    const nanos = () => clock.currentTimeNanosUnsafe() + BigInt(ahead.millis) * 1_000_000n
    return {
      currentTimeMillisUnsafe: millis,
      currentTimeMillis: Effect.sync(millis),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: clock.monotonicTimeNanos,
      sleep: (duration) => clock.sleep(duration)
    }
  })
)
