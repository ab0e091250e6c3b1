/** The request that containers stop: made once or more, each time with the grace that is left to them. */
import { Deferred, Effect, type Scope } from "effect"
import type { RunningContainer } from "./PodRuntime.ts"

export interface Stopping {
  readonly isRequested: () => boolean
  /** Until it is requested. */
  readonly requested: Effect.Effect<void>
  /** Stops what runs; a later request may shorten the grace. */
  readonly request: (graceSeconds: number) => Effect.Effect<void>
  /** Until its scope closes, the container is stopped on request; at once when that was before. */
  readonly track: (container: RunningContainer) => Effect.Effect<void, never, Scope.Scope>
}

export const makeStopping = (): Stopping => {
  const asked = Deferred.makeUnsafe<void>()
  const containers = new Set<RunningContainer>()
  let grace: number | undefined

  return {
    isRequested: () => grace !== undefined,
    requested: Deferred.await(asked),
    request: (graceSeconds) =>
      Effect.suspend(() => {
        if (grace !== undefined && graceSeconds >= grace) return Effect.void
        grace = graceSeconds
        Deferred.doneUnsafe(asked, Effect.void)
        return Effect.forEach([...containers], (container) => container.stop(graceSeconds), { discard: true })
      }),
    track: (container) =>
      Effect.acquireRelease(
        Effect.suspend(() => {
          containers.add(container)
          return grace === undefined ? Effect.void : container.stop(grace)
        }),
        () => Effect.sync(() => void containers.delete(container))
      )
  }
}

/** The effect's answer, or undefined when the stop comes first. */
export const unlessStopped = <A, E, R>(
  stopping: Stopping,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A | undefined, E, R> =>
  stopping.isRequested() ? Effect.undefined : Effect.raceFirst(effect, Effect.as(stopping.requested, undefined))
