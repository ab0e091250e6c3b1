/** Says once when an API server that has answered answers no more, and once when it is back, however many requests notice. */
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { Effect } from "effect"
import { hasReason, type KubernetesError } from "../KubernetesError.ts"

export interface Reachability {
  /** Notes how a request ended; any answer, also a refusal, is an answer. */
  readonly noted: <A, R>(self: Effect.Effect<A, KubernetesError, R>) => Effect.Effect<A, KubernetesError, R>
  /** A stream that broke. */
  readonly lost: (error: KubernetesError) => Effect.Effect<void>
}

/** A connection that breaks for so long is not logged. */
const quietMillis = 1000

export const makeReachability = (server: string): Reachability => {
  let known = false
  let gone = false
  let since: number | undefined

  const answered = Effect.suspend(() => {
    const back = gone
    known = true
    gone = false
    since = undefined
    return back ? Effect.annotateLogs(Effect.logInfo("the API server is back"), { server }) : Effect.void
  })

  const lost = Effect.fnUntraced(function*(error: KubernetesError) {
    if (!hasReason("Unreachable")(error)) return yield* answered
    const now = yield* monotonicMillis
    since ??= now
    if (gone || !known || now - since < quietMillis) return
    gone = true
    yield* Effect.logWarning("lost the API server; retrying until it is back").pipe(
      Effect.annotateLogs({ server, error: error.reason.message })
    )
  })

  return {
    noted: (self) =>
      self.pipe(Effect.tap(() => known && since === undefined ? Effect.void : answered), Effect.tapError(lost)),
    lost
  }
}
