/** What is used of a kind's part of the typed client, whatever the kind. */
import type { TranscriptEvent } from "@orchestrator/domain/Transcript"
import type { RunPlan } from "@orchestrator/http/contract/RunPlans"
import { Effect, Option, type Schema, Stream } from "effect"

export interface Page<Run> {
  readonly items: ReadonlyArray<Run>
  /** Asks for the next page; absent on the last. */
  readonly continue?: string
}

/** The typed client also answers with the whole response, where that is asked for. */
interface Request {
  readonly responseMode?: "decoded-only"
}

interface Named extends Request {
  readonly params: { readonly name: string }
}

/** Types of a kind's requests and answers. */
export interface RunTypes {
  readonly newRun: Schema.Constraint
  readonly filters: { readonly limit?: number; readonly continue?: string }
  /** As `filters`, of changes: without order and pages. */
  readonly selector: object
  readonly logs: object
  readonly transcript: object
  readonly evidence: object
  readonly retry: object
  readonly cancelMany: unknown
  readonly retryMany: unknown
  /** What became of many runs. */
  readonly bulk: object
  readonly run: object
  readonly files: object
  readonly attempt: object
  readonly dependencies: object
  readonly event: object
}

/** What is used of a kind's part of the typed client. */
export interface RunGroup<Kind extends RunTypes> {
  readonly create: (
    request: Request & {
      readonly headers: { readonly "idempotency-key"?: string }
      readonly payload: Kind["newRun"]["Type"]
    }
  ) => Effect.Effect<Kind["run"], unknown>
  readonly plan: (request: Request & { readonly payload: Kind["newRun"]["Type"] }) => Effect.Effect<RunPlan, unknown>
  readonly planNext: (request: Named) => Effect.Effect<RunPlan, unknown>
  readonly list: (
    request: Request & { readonly query: Kind["filters"] }
  ) => Effect.Effect<Page<Kind["run"]>, unknown>
  readonly get: (request: Named) => Effect.Effect<Kind["run"], unknown>
  readonly delete: (request: Named) => Effect.Effect<void, unknown>
  readonly retry: (request: Named & { readonly payload: Kind["retry"] | void }) => Effect.Effect<Kind["run"], unknown>
  readonly cancel: (request: Named) => Effect.Effect<Kind["run"], unknown>
  readonly suspend: (request: Named) => Effect.Effect<Kind["run"], unknown>
  readonly resume: (request: Named) => Effect.Effect<Kind["run"], unknown>
  readonly cancelMany: (
    request: Request & { readonly payload: Kind["cancelMany"] }
  ) => Effect.Effect<Kind["bulk"], unknown>
  readonly retryMany: (
    request: Request & { readonly payload: Kind["retryMany"] }
  ) => Effect.Effect<Kind["bulk"], unknown>
  readonly files: (request: Named) => Effect.Effect<Kind["files"], unknown>
  readonly attempts: (request: Named) => Effect.Effect<{ readonly items: ReadonlyArray<Kind["attempt"]> }, unknown>
  readonly dependencies: (request: Named) => Effect.Effect<Kind["dependencies"], unknown>
  readonly events: (request: Named) => Effect.Effect<{ readonly items: ReadonlyArray<Kind["event"]> }, unknown>
  readonly manifest: (request: Named) => Effect.Effect<string, unknown>
  readonly logs: (
    request: Named & { readonly query: Kind["logs"] }
  ) => Effect.Effect<Stream.Stream<Uint8Array, unknown>, unknown>
  readonly diff: (
    request: Named & { readonly query: Kind["evidence"] }
  ) => Effect.Effect<Stream.Stream<Uint8Array, unknown>, unknown>
  readonly result: (
    request: Named & { readonly query: Kind["evidence"] }
  ) => Effect.Effect<Stream.Stream<Uint8Array, unknown>, unknown>
  readonly transcript: (
    request: Named & { readonly query: Kind["transcript"] }
  ) => Effect.Effect<Stream.Stream<TranscriptEvent, unknown>, unknown>
}

/** Every run of a list, page by page. */
export const pagesOf = <Filters extends { readonly continue?: string }, Run>(
  list: (request: Request & { readonly query: Filters }) => Effect.Effect<Page<Run>, unknown>,
  filters: Filters
): Stream.Stream<Run, unknown> =>
  Stream.paginate(
    filters,
    (query) =>
      Effect.map(list({ query }), ({ continue: next, items }) =>
        [items, next === undefined ? Option.none() : Option.some({ ...query, continue: next })] as const)
  )
