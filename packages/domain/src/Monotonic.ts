/** Whole milliseconds from some beginning. What is measured by them neither jumps nor stands still when somebody sets the clock. */
import { Clock, Effect } from "effect"

/** Of a reading of the monotonic clock. */
export const millisOf = (nanos: bigint): number => Number(nanos / 1_000_000n)

export const monotonicMillis: Effect.Effect<number> = Clock.clockWith((clock) =>
  Effect.succeed(millisOf(clock.monotonicTimeNanosUnsafe()))
)
