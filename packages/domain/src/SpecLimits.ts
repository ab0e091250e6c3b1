/** Bounds of what a run may ask for. How much of it an installation allows is configuration (`limits.*`). */
import { Schema } from "effect"

/** Kubernetes keeps the deadline of a Job in 31 bits. */
export const TimeoutSeconds = Schema.Int.check(Schema.isBetween({ minimum: 60, maximum: 2_147_483_647 }))

export const CostUsd = Schema.Finite.check(
  Schema.isGreaterThan(0),
  Schema.isLessThanOrEqualTo(1_000_000)
)

export const Turns = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))
