/**
 * What the broker asks of whoever serves a model: where a request goes, how it proves who asks, and in what its answers are wrapped. An
 * implementation is a folder of `providers/` and an entry in `Providers`. What a request may be and cost is the dialect's to say.
 */
import type { Prices } from "@orchestrator/domain/ModelPrice"
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
  /** A Secret or a key of one is not there; somebody says no, which stays; or nobody could say anything, which passes. */
  why: Schema.Literals(["Missing", "Refused", "Unreachable"])
}) {}

/** A refusal, as much of it as is looked at. */
export interface Refused {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** An answer as it comes. */
export type Came = Pick<HttpClientResponse.HttpClientResponse, "headers" | "status" | "stream">

export interface ModelProvider {
  readonly name: string
  /** What it takes for models, where that is not as everybody's prices say. */
  readonly prices: Prices
  /** Whether what is asked exists there. */
  readonly serves: (target: Target) => boolean
  /** For people. */
  readonly address: string
  readonly request: (
    asked: Asked
  ) => Effect.Effect<HttpClientRequest.HttpClientRequest, NoProof | HttpClientError.HttpClientError>
  /** Whether a refusal has told what is to be done otherwise: another clock, a new token, fewer betas. Then the same is asked once more. */
  readonly again: (refused: Refused, asked: Asked) => Effect.Effect<boolean>
  readonly answer: (came: Came, asked: Asked) => Answer
}
