import { Clock, Effect } from "effect"

/** Whole milliseconds from some beginning. What is measured by them neither jumps nor stands still when somebody sets the clock. */
export const monotonicMillis: Effect.Effect<number> = Effect.map(
  Clock.monotonicTimeNanos,
  (nanos) => Number(nanos / 1_000_000n)
)
