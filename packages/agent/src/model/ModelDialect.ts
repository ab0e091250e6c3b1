/**
 * What the broker asks of a model API's dialect. An implementation is a folder here and an entry in `Dialects`; forwarding, money and bounds
 * are the same for each. Nothing else knows its paths, fields, headers and errors.
 */
import type { ModelTokens } from "@orchestrator/domain/BrokerResult"
import type { ModelApi } from "@orchestrator/domain/ModelProviders"
import type { Effect, Result, Stream } from "effect"
import type { HttpServerResponse } from "effect/http"
import type { ModelKey, ReadKey } from "../broker/services/ModelKey.ts"

/** What a run may ask. */
export interface Policy {
  /** The run's model, as `spec.model` names it; undefined: nobody said. */
  readonly model: string | undefined
  /** Beginnings of the names of others. */
  readonly allowed: ReadonlyArray<string>
  /** Tokens of an answer to a request that bounds it not itself. */
  readonly outputTokens: number
}

/** The most that a request can read and write. */
export interface Bounds {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Whether a cache that lives for an hour may be written: then an answer that does not tell has written that. */
  readonly hourCache: boolean
  /** How many times as much as by its rates a request may cost, without a word of its own. */
  readonly surcharge: number
}

/** A request as it goes on. */
export interface Checked {
  readonly model: string
  readonly body: string
  readonly bounds: Bounds
  /** Whether its answer is a turn of the agent. */
  readonly turn: boolean
}

/** Kinds of refusals, which each API has a status and a shape of its own for. */
export type RefusalKind =
  | "Invalid"
  | "Unauthenticated"
  | "NoKey"
  | "NotFound"
  | "TooLarge"
  | "Overloaded"
  | "Unreachable"
  | "Timeout"

export interface Refusal {
  readonly kind: RefusalKind
  readonly message: string
  /** The model that was asked for and may not be. */
  readonly model?: string
}

/** Tokens of one iteration, or of all. */
export interface Tokens extends Omit<ModelTokens, "answers"> {
  /** Where it is not the answer's. */
  readonly model?: string
  /** Of `cacheWrite`, those of a cache that lives for an hour; undefined when it is not told which. */
  readonly cacheWrite1h?: number
}

/** Totals so far of one answer. */
export interface AnswerUsage extends Tokens {
  readonly model: string
  readonly iterations: ReadonlyArray<Tokens>
  /** Millionths of a USD beside the tokens: searches of the server's own tools. */
  readonly besideMicros: number
  /** How many times as much it costs as by its rates: worked on where, or as fast as, nobody asked for. */
  readonly factor: number
  /** Why it is not whole, in the API's word, where its agent does not tell. */
  readonly unfinished?: string
}

/** A request that was let through. Whoever forgets to say how it ended pays the most that it can cost. */
export interface Let {
  /** Totals that the answer has reached. */
  readonly seen: (usage: AnswerUsage) => Effect.Effect<void>
  /** It is over, and this is what it used. */
  readonly settle: (usage: AnswerUsage) => Effect.Effect<void>
  /** It was never worked on. */
  readonly free: Effect.Effect<void>
}

/** An error that stands in a stream, as the plain answer that it would have been. */
export interface StreamError {
  readonly status: number
  readonly words: string
}

export type Headers = Readonly<Record<string, string | undefined>>

/** Where an allowed request goes. */
export interface Target {
  /** Path and query at the API. */
  readonly path: string
  /** What is asked: an answer, which costs; a count of tokens; or a look at something. */
  readonly asks: "answer" | "count" | "look"
  /** Where the path names it. */
  readonly model?: string
}

export interface ModelDialect {
  readonly api: ModelApi
  /** As people know it. */
  readonly name: string
  /** Whoever made it, as a provider, and its base URL. */
  readonly maker: string
  readonly home: string
  /** Undefined for what no agent needs. */
  readonly target: (method: string, path: string, query: string) => Target | undefined
  /** The request as it may go on, and the most that it can cost; or why not. */
  readonly check: (body: Uint8Array, policy: Policy, target: Target) => Result.Result<Checked, Refusal>
  readonly requestHeaders: (
    headers: Headers,
    key: ModelKey | undefined,
    model: string | undefined
  ) => Record<string, string>
  readonly answerHeaders: (headers: Headers) => Record<string, string>
  /** The key as its files have it; undefined where there is none. */
  readonly readKey: ReadKey
  /** An answer on its way to the agent, counted beside; one that is silent for too long is cut. */
  readonly meter: <E>(
    bytes: Stream.Stream<Uint8Array, E>,
    answer: {
      readonly contentType: string
      readonly claim: Let
      readonly idleSeconds: number
      readonly failed: (error: StreamError) => Effect.Effect<void>
    }
  ) => Stream.Stream<Uint8Array, E | "silent">
  /** The usage limit that an answer speaks of, with its end in epoch seconds where that is known; undefined for one that speaks of none. */
  readonly limit: (
    answer: { readonly status: number; readonly headers: Headers; readonly words: string },
    nowSeconds: number
  ) => { readonly resetAt: number | undefined } | undefined
  /** A refusal in the shape of the API's own errors. `retry: false` keeps clients from asking again for what will not change. */
  readonly refuse: (
    kind: RefusalKind,
    message: string,
    options?: { readonly retry: boolean }
  ) => HttpServerResponse.HttpServerResponse
}
