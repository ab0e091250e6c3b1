/**
 * What the broker asks of whoever serves a model: where a request goes, how it proves who asks, and in what its answers are wrapped. An
 * implementation is a folder of `providers/` and an entry in `Providers`. What a request may be and cost is the dialect's to say.
 */
import { type Effect, Schema, type Stream } from "effect"
import type { HttpClientError, HttpClientRequest, HttpClientResponse } from "effect/http"
import type { Checked, Headers, ModelDialect, Target } from "./ModelDialect.ts"

/** A request that may go on. */
export interface Asked {
  readonly dialect: ModelDialect
  readonly target: Target
  /** The agent's. */
  readonly headers: Headers
  /** Absent for a look. */
  readonly checked: Checked | undefined
  /** The run's model, as `spec.model` names it. */
  readonly model: string | undefined
}

/** An answer in the dialect's own shape. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Stream.Stream<Uint8Array, HttpClientError.HttpClientError>
  /** How the provider's own quotas tell their end, where that is not as the dialect does. */
  readonly ownLimit?: ModelDialect["limit"]
}

/** Nothing was asked, since nobody could prove who asks. */
export class NoProof extends Schema.TaggedError<NoProof>()("NoProof", {
  message: Schema.String,
  /** Whether a Secret or a key of one is not there. */
  missing: Schema.Boolean
}) {}

export interface ModelProvider {
  readonly name: string
  /** Whether what is asked exists there. */
  readonly serves: (target: Target) => boolean
  /** For people. */
  readonly address: string
  readonly request: (
    asked: Asked
  ) => Effect.Effect<HttpClientRequest.HttpClientRequest, NoProof | HttpClientError.HttpClientError>
  /** Whether a refusal has told what the next proof needs: another clock, a new token. Then the same is asked once more. */
  readonly again: (response: HttpClientResponse.HttpClientResponse) => Effect.Effect<boolean>
  readonly answer: (response: HttpClientResponse.HttpClientResponse, asked: Asked) => Answer
}
