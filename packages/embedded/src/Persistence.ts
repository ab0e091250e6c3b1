/**
 * Where the embedded cluster keeps its objects. Only current versions are kept: after a restart the history is gone and revisions go
 * on from where they were.
 */
import { Context, Effect, Layer, Schema } from "effect"
import type { StagedChange, StoreContents } from "./store/ObjectStore.ts"

export class PersistenceError extends Schema.TaggedError<PersistenceError>()("PersistenceError", {
  operation: Schema.Literals(["open", "load", "save"]),
  /** What it is kept in. */
  location: Schema.String,
  reason: Schema.Literals(["Locked", "Damaged", "Unwritable", "Failed"]),
  message: Schema.String
}) {}

export class Persistence extends Context.Service<Persistence, {
  readonly load: Effect.Effect<StoreContents, PersistenceError>
  /** Durable when it succeeds: all of the changes, or none. */
  readonly save: (changes: ReadonlyArray<StagedChange>) => Effect.Effect<void, PersistenceError>
}>()("@orchestrator/embedded/Persistence") {
  /** Nothing outlives the process. */
  static readonly layerNone: Layer.Layer<Persistence> = Layer.succeed(Persistence, {
    load: Effect.succeed({ revision: 0, objects: [] }),
    save: () => Effect.void
  })
}
