/** What one does with the runs of a kind, as promises and async iterables. */
import type { TranscriptEvent } from "@orchestrator/domain/Transcript"
import { Effect, Option, Schema, Stream } from "effect"
import type { CallOptions, Calls } from "./Call.ts"

export interface SubmitOptions extends CallOptions {
  /** Makes the request safe to repeat: the same key with the same body answers with the same run. */
  readonly idempotencyKey?: string | undefined
}

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
  readonly logs: object
  readonly transcript: object
  readonly retry: object
  readonly run: object
  readonly files: object
  readonly attempt: object
}

/** What is used of a kind's part of the typed client. */
export interface RunGroup<Kind extends RunTypes> {
  readonly create: (
    request: Request & {
      readonly headers: { readonly "idempotency-key"?: string }
      readonly payload: Kind["newRun"]["Type"]
    }
  ) => Effect.Effect<Kind["run"], unknown>
  readonly list: (
    request: Request & { readonly query: Kind["filters"] }
  ) => Effect.Effect<Page<Kind["run"]>, unknown>
  readonly get: (request: Named) => Effect.Effect<Kind["run"], unknown>
  readonly delete: (request: Named) => Effect.Effect<void, unknown>
  readonly retry: (request: Named & { readonly payload: Kind["retry"] | void }) => Effect.Effect<Kind["run"], unknown>
  readonly cancel: (request: Named) => Effect.Effect<Kind["run"], unknown>
  readonly files: (request: Named) => Effect.Effect<Kind["files"], unknown>
  readonly attempts: (request: Named) => Effect.Effect<{ readonly items: ReadonlyArray<Kind["attempt"]> }, unknown>
  readonly logs: (
    request: Named & { readonly query: Kind["logs"] }
  ) => Effect.Effect<Stream.Stream<Uint8Array, unknown>, unknown>
  readonly transcript: (
    request: Named & { readonly query: Kind["transcript"] }
  ) => Effect.Effect<Stream.Stream<TranscriptEvent, unknown>, unknown>
}

export interface Runs<Kind extends RunTypes> {
  /** Starts a run. */
  readonly submit: (run: Kind["newRun"]["Encoded"], options?: SubmitOptions) => Promise<Kind["run"]>
  /** One page of runs. */
  readonly list: (filters?: Kind["filters"], options?: CallOptions) => Promise<Page<Kind["run"]>>
  /** Every run, page by page as they are asked for. */
  readonly listAll: (filters?: Kind["filters"], options?: CallOptions) => AsyncIterable<Kind["run"]>
  readonly get: (name: string, options?: CallOptions) => Promise<Kind["run"]>
  /** The files that the agent of the newest attempt was given. */
  readonly files: (name: string, options?: CallOptions) => Promise<Kind["files"]>
  /** The newest ten attempts, oldest first. */
  readonly attempts: (name: string, options?: CallOptions) => Promise<ReadonlyArray<Kind["attempt"]>>
  /** Lines that the agent prints; with `follow` until it ends. */
  readonly logs: (name: string, logs?: Kind["logs"], options?: CallOptions) => AsyncIterable<string>
  /** The conversation: what the agent was told, said and did; with `follow` until it ends. */
  readonly transcript: (
    name: string,
    transcript?: Kind["transcript"],
    options?: CallOptions
  ) => AsyncIterable<TranscriptEvent>
  /** Starts the next attempt, or, of kinds whose runs are one attempt, another run. */
  readonly retry: (name: string, how?: Kind["retry"], options?: CallOptions) => Promise<Kind["run"]>
  /** Stops the agent, saves its work, and ends the run as Cancelled. */
  readonly cancel: (name: string, options?: CallOptions) => Promise<Kind["run"]>
  /** Removes the run with its Job, pod and files. */
  readonly delete: (name: string, options?: CallOptions) => Promise<void>
}

/** Nothing that nobody would read is sent: a misspelled field is found here. */
const strict = { errors: "all", onExcessProperty: "error" } as const

export const makeRuns = <Kind extends RunTypes>(
  { iterable, promise }: Calls<never>,
  group: RunGroup<Kind>,
  newRun: Schema.ConstraintDecoder<Kind["newRun"]["Type"]>
): Runs<Kind> => {
  const decode = Schema.decodeUnknownEffect(newRun, strict)
  const pages = (filters: Kind["filters"]) =>
    Stream.paginate(filters, (query) =>
      Effect.map(group.list({ query }), (page) =>
        [
          page.items,
          page.continue === undefined ? Option.none() : Option.some({ ...query, continue: page.continue })
        ] as const))
  return {
    submit: (run, { idempotencyKey, ...options } = {}) =>
      promise(
        Effect.flatMap(decode(run), (payload) =>
          group.create({
            headers: idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey },
            payload
          })),
        options,
        run
      ),
    list: (filters = {}, options) => promise(group.list({ query: filters }), options, filters),
    listAll: (filters = {}, options) => iterable(pages(filters), options, filters),
    get: (name, options) => promise(group.get({ params: { name } }), options, { name }),
    files: (name, options) => promise(group.files({ params: { name } }), options, { name }),
    attempts: (name, options) =>
      promise(Effect.map(group.attempts({ params: { name } }), ({ items }) => items), options, { name }),
    logs: (name, logs = {}, options) =>
      iterable(
        Stream.unwrap(group.logs({ params: { name }, query: logs })).pipe(Stream.decodeText, Stream.splitLines),
        options,
        { name, ...logs }
      ),
    transcript: (name, transcript = {}, options) =>
      iterable(Stream.unwrap(group.transcript({ params: { name }, query: transcript })), options, {
        name,
        ...transcript
      }),
    retry: (name, how, options) => promise(group.retry({ params: { name }, payload: how }), options, how),
    cancel: (name, options) => promise(group.cancel({ params: { name } }), options, { name }),
    delete: (name, options) => promise(group.delete({ params: { name } }), options, { name })
  }
}
