/** The time that a pod's containers have to end. It runs for all of them from when the pod is first told to; what stops later has the rest. */
import { Clock, Effect } from "effect"
import type { Stopping } from "./Stopping.ts"

/** The kubelet gives every container that much, whatever the others took. */
const leastSeconds = 2

export interface Grace {
  /** The pod is to end within so many seconds; of several such requests the earliest end counts. */
  readonly begin: (seconds: number) => Effect.Effect<void>
  /** Stops with what is left, and with less when that gets less. */
  readonly stop: (stopping: Stopping) => Effect.Effect<void>
}

export const makeGrace = (): Grace => {
  const held = new Set<Stopping>()
  let end = Number.POSITIVE_INFINITY

  const left = Effect.map(Clock.currentTimeMillis, (now) => Math.max(leastSeconds, Math.ceil((end - now) / 1000)))

  return {
    begin: Effect.fnUntraced(function*(seconds) {
      const until = (yield* Clock.currentTimeMillis) + seconds * 1000
      if (until >= end) return
      end = until
      const rest = yield* left
      yield* Effect.forEach([...held], (stopping) => stopping.request(rest), { discard: true })
    }),
    stop: (stopping) =>
      Effect.suspend(() => {
        held.add(stopping)
        return Effect.flatMap(left, stopping.request)
      })
  }
}
