/** Whether the program can do its work. Whoever assembles the program knows what that takes; here it is only asked. */
import { Context, Effect, Layer } from "effect"

export class Readiness extends Context.Service<Readiness, {
  /** What is still missing, one sentence each; nothing when ready. */
  readonly missing: Effect.Effect<ReadonlyArray<string>>
}>()("@orchestrator/http/Readiness") {
  static readonly layerWith = (missing: Effect.Effect<ReadonlyArray<string>>) => Layer.succeed(Readiness, { missing })

  /** For programs that are ready once they have started. */
  static readonly layer = Readiness.layerWith(Effect.succeed([]))
}
