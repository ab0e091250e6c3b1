/** Whether the program can do its work. Whoever assembles the program knows what that takes; here it is only asked. */
import { Context, Effect, Layer } from "effect"

type Sentences = Effect.Effect<ReadonlyArray<string>>

const none: Sentences = Effect.succeed([])

export class Readiness extends Context.Service<Readiness, {
  /** What is still missing, one sentence each; nothing when ready. */
  readonly missing: Sentences
  /** What somebody should do although requests can be served, one sentence each. */
  readonly warnings: Sentences
}>()("@orchestrator/http/services/Readiness") {
  static readonly layerWith = (missing: Sentences, warnings = none) => Layer.succeed(Readiness, { missing, warnings })

  /** For programs that are ready once they have started. */
  static readonly layer = Readiness.layerWith(none)
}
