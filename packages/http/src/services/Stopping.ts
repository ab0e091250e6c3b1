/** The server's intention to stop, told to answers that would otherwise stay open. */
import { Context, Deferred, Effect, Layer } from "effect"

export class Stopping extends Context.Service<Stopping, {
  /** Ends when the server begins to stop. */
  readonly stopped: Effect.Effect<void>
  readonly stop: Effect.Effect<void>
}>()("@orchestrator/http/services/Stopping") {
  static readonly layer = Layer.effect(
    Stopping,
    Effect.gen(function*() {
      const deferred = yield* Deferred.make<void>()
      return { stopped: Deferred.await(deferred), stop: Effect.asVoid(Deferred.succeed(deferred, undefined)) }
    })
  )
}
