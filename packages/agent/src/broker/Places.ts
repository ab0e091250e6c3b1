/** A number of places for requests that are answered at once. Whoever finds none is told so and does not wait. */
import { Effect, type Scope } from "effect"

export interface Places {
  /** Takes a place until the request's scope closes, which is when its answer has gone out; false when there is none. */
  readonly take: Effect.Effect<boolean, never, Scope.Scope>
}

export const makePlaces = (number: number): Places => {
  let free = number
  return {
    take: Effect.acquireRelease(
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
