/** Slots for requests that are answered at once. Whoever finds none is told so and does not wait. */
import { Effect, type Scope } from "effect"

export interface Slots {
  /** Takes a slot until the request's scope closes, which is when its answer has gone out; false when there is none. */
  readonly tryAcquire: Effect.Effect<boolean, never, Scope.Scope>
}

export const makeSlots = (number: number): Slots => {
  let free = number
  return {
    tryAcquire: Effect.acquireRelease(
      Effect.sync(() => {
        if (free === 0) return false
        free--
        return true
      }),
      (taken) =>
        Effect.sync(() => {
          if (taken) free++
        })
    )
  }
}
