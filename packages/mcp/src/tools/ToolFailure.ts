/** What a tool could not do, in words that a model can act on: what was found, and the next step. */
import { errorOf } from "@orchestrator/client/promises/Failures"
import { Effect, Predicate, Schema } from "effect"

export class ToolFailure extends Schema.TaggedError<ToolFailure>()("ToolFailure", {
  message: Schema.String
}) {}

/** Failures of the client as failures of a tool; `input` is what the tool was given. */
export const asToolFailure = <A, R>(effect: Effect.Effect<A, unknown, R>, input?: unknown) =>
  Effect.catch(effect, (failure) =>
    Effect.flatMap(errorOf(failure, input), (error) =>
      Effect.fail(
        new ToolFailure({
          message: Predicate.hasProperty(error, "message") ? String(error.message) : "The orchestrator failed"
        })
      )))
