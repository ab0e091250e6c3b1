/** What one does with the runs of a kind, as promises and async iterables. */
import type { LoggedContainer } from "@orchestrator/domain/PodParts"
import type { TranscriptEvent } from "@orchestrator/domain/Transcript"
import type { RunPlan } from "@orchestrator/http/contract/RunPlans"
import { Effect, Schema, Stream } from "effect"
import { waitUntilFinished } from "../follow/FinishedRun.ts"
import { followLogs, followTranscript, type LogLine, type WhichAttempt } from "../follow/FollowAttempt.ts"
import type { Reconnecting } from "../follow/FollowEvents.ts"
import { type RunChange, watchRuns } from "../follow/WatchRuns.ts"
import type { AnyRun, RunKindName } from "../kinds/RunGroups.ts"
import type { OrchestratorClient } from "../OrchestratorClient.ts"
import { type Page, pagesOf, type RunGroup, type RunTypes } from "../RunGroup.ts"
import type { CallOptions, Calls } from "./Call.ts"

export interface SubmitOptions extends CallOptions {
  /** Makes the request safe to repeat: the same key with the same body answers with the same run. */
  readonly idempotencyKey?: string | undefined
}

export interface FollowOptions extends CallOptions {
  /** Told when a connection has broken, before it is made again. */
  readonly onReconnecting?: ((reconnecting: Reconnecting) => void) | undefined
}

export interface FollowAttemptOptions extends FollowOptions {
  /** Told when the server has answered a connection, the first and each later one. */
  readonly onConnected?: (() => void) | undefined
}

export interface WatchOptions extends FollowAttemptOptions {
  /** Told when all runs that there are have been told: then changes follow. */
  readonly onListed?: (() => void) | undefined
}

export interface WaitOptions<Run> extends FollowOptions {
  /** Told of the run as it is first, and whenever it has changed. */
  readonly onChange?: ((run: Run) => void) | undefined
}

/** A run that has appeared or changed, or one that is gone or no longer among those that were asked for. */
export interface Change<Run> {
  readonly change: "set" | "removed"
  readonly run: Run
}

/** For the effects of the client. */
const reconnecting = ({ onReconnecting }: FollowOptions) =>
  onReconnecting === undefined
    ? {}
    : { onReconnecting: (told: Reconnecting) => Effect.sync(() => onReconnecting(told)) }

/** Likewise. */
export const listening = ({ onConnected, onListed, ...options }: WatchOptions) => ({
  ...reconnecting(options),
  ...(onConnected === undefined ? {} : { onConnected: Effect.sync(onConnected) }),
  ...(onListed === undefined ? {} : { onListed: Effect.sync(onListed) })
})

export interface Runs<Kind extends RunTypes> {
  /** Starts a run. */
  readonly submit: (run: Kind["newRun"]["Encoded"], options?: SubmitOptions) => Promise<Kind["run"]>
  /** All that submitting it would do, and nothing done: Job and files, place in line, limits, price, and what is missing. */
  readonly plan: (run: Kind["newRun"]["Encoded"], options?: CallOptions) => Promise<RunPlan>
  /** What the controller does with the run next, and why. */
  readonly planNext: (name: string, options?: CallOptions) => Promise<RunPlan>
  /** One page of runs. */
  readonly list: (filters?: Kind["filters"], options?: CallOptions) => Promise<Page<Kind["run"]>>
  /** Every run, page by page as they are asked for. */
  readonly listAll: (filters?: Kind["filters"], options?: CallOptions) => AsyncIterable<Kind["run"]>
  readonly get: (name: string, options?: CallOptions) => Promise<Kind["run"]>
  /** The files that the agent of the newest attempt was given. */
  readonly files: (name: string, options?: CallOptions) => Promise<Kind["files"]>
  /** The newest ten attempts, oldest first. */
  readonly attempts: (name: string, options?: CallOptions) => Promise<ReadonlyArray<Kind["attempt"]>>
  /** The runs that it is bound to by `dependsOn`, in both directions. */
  readonly dependencies: (name: string, options?: CallOptions) => Promise<Kind["dependencies"]>
  /** What the cluster says of the run, its Jobs and pods, oldest first. */
  readonly events: (name: string, options?: CallOptions) => Promise<ReadonlyArray<Kind["event"]>>
  /** The whole object as it is stored, in YAML. */
  readonly manifest: (name: string, options?: CallOptions) => Promise<string>
  /** Runs as they are and as they change, each change once, over broken connections; never ends by itself. */
  readonly watch: (filters?: Kind["selector"], options?: WatchOptions) => AsyncIterable<Change<Kind["run"]>>
  /** The run when it has finished, whatever its outcome. Rejects with NotFoundError where it is deleted. */
  readonly waitUntilFinished: (name: string, options?: WaitOptions<Kind["run"]>) => Promise<Kind["run"]>
  /** Lines that the agent prints; with `follow` until it ends. */
  readonly logs: (name: string, logs?: Kind["logs"], options?: CallOptions) => AsyncIterable<string>
  /** The conversation: what the agent was told, said and did; with `follow` until it ends. */
  readonly transcript: (
    name: string,
    transcript?: Kind["transcript"],
    options?: CallOptions
  ) => AsyncIterable<TranscriptEvent>
  /**
   * The conversation of an attempt to its end, over broken connections, nothing lost and nothing twice; in parts as they come, each of at
   * least one event.
   */
  readonly followTranscript: (
    name: string,
    which?: WhichAttempt,
    options?: FollowAttemptOptions
  ) => AsyncIterable<ReadonlyArray<TranscriptEvent>>
  /** The same of what a container of it prints. */
  readonly followLogs: (
    name: string,
    which?: WhichAttempt & { readonly container?: LoggedContainer | undefined },
    options?: FollowAttemptOptions
  ) => AsyncIterable<ReadonlyArray<LogLine>>
  /** Starts the next attempt, or, of kinds whose runs are one attempt, another run. */
  readonly retry: (name: string, how?: Kind["retry"], options?: CallOptions) => Promise<Kind["run"]>
  /** Stops the agent, saves its work, and ends the run as Cancelled. */
  readonly cancel: (name: string, options?: CallOptions) => Promise<Kind["run"]>
  /** No attempt starts until it is resumed; one that runs is left to end. */
  readonly suspend: (name: string, options?: CallOptions) => Promise<Kind["run"]>
  readonly resume: (name: string, options?: CallOptions) => Promise<Kind["run"]>
  /** As `cancel` and `retry`, for all that a selector means, a page at a time; `dryRun` says what would be done. */
  readonly cancelMany: (which: Kind["cancelMany"], options?: CallOptions) => Promise<Kind["bulk"]>
  readonly retryMany: (which: Kind["retryMany"], options?: CallOptions) => Promise<Kind["bulk"]>
  /** What an attempt that has ended put on the run's branch, as git prints it. */
  readonly diff: (name: string, evidence?: Kind["evidence"], options?: CallOptions) => Promise<string>
  /** Reports of an attempt that has ended: the agent's side, and what its broker has seen. */
  readonly result: (name: string, evidence?: Kind["evidence"], options?: CallOptions) => Promise<unknown>
  /** Removes the run with its Job, pod and files. */
  readonly delete: (name: string, options?: CallOptions) => Promise<void>
}

/** Nothing that nobody would read is sent: a misspelled field is found here. */
const strict = { errors: "all", onExcessProperty: "error" } as const

const decodeJson = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Unknown))

const textOf = (bytes: Effect.Effect<Stream.Stream<Uint8Array, unknown>, unknown>) =>
  Stream.mkString(Stream.decodeText(Stream.unwrap(bytes)))

export const makeRuns = <Kind extends RunTypes & { readonly run: AnyRun }>(
  { iterable, promise }: Calls<never>,
  client: OrchestratorClient["Service"],
  { group, kind, newRun }: {
    readonly kind: RunKindName & Kind["run"]["kind"]
    readonly group: RunGroup<Kind>
    readonly newRun: Schema.ConstraintDecoder<Kind["newRun"]["Type"]>
  }
): Runs<Kind> => {
  const isOwn = (run: AnyRun): run is AnyRun & Kind["run"] => run.kind === kind
  const decode = Schema.decodeUnknownEffect(newRun, strict)
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
    plan: (run, options) => promise(Effect.flatMap(decode(run), (payload) => group.plan({ payload })), options, run),
    planNext: (name, options) => promise(group.planNext({ params: { name } }), options, { name }),
    list: (filters = {}, options) => promise(group.list({ query: filters }), options, filters),
    listAll: (filters = {}, options) => iterable(pagesOf(group.list, filters), options, filters),
    get: (name, options) => promise(group.get({ params: { name } }), options, { name }),
    files: (name, options) => promise(group.files({ params: { name } }), options, { name }),
    attempts: (name, options) =>
      promise(Effect.map(group.attempts({ params: { name } }), ({ items }) => items), options, { name }),
    dependencies: (name, options) => promise(group.dependencies({ params: { name } }), options, { name }),
    events: (name, options) =>
      promise(Effect.map(group.events({ params: { name } }), ({ items }) => items), options, { name }),
    manifest: (name, options) => promise(group.manifest({ params: { name } }), options, { name }),
    watch: (filters = {}, options = {}) =>
      iterable(
        watchRuns(client, { ...filters, kind }, listening(options)).pipe(
          Stream.filter((change): change is RunChange & { readonly run: AnyRun & Kind["run"] } => isOwn(change.run))
        ),
        options,
        filters
      ),
    waitUntilFinished: (name, options = {}) =>
      promise(
        Effect.flatMap(
          waitUntilFinished(client, kind, name, {
            ...reconnecting(options),
            onChange: (run) => Effect.sync(() => isOwn(run) && options.onChange?.(run))
          }),
          (run) => isOwn(run) ? Effect.succeed(run) : Effect.die("the server answered with a run of another kind")
        ),
        options,
        { name }
      ),
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
    followTranscript: (name, which = {}, options = {}) =>
      iterable(Stream.chunks(followTranscript(client, kind, name, { ...which, ...listening(options) })), options, {
        name,
        ...which
      }),
    followLogs: (name, which = {}, options = {}) =>
      iterable(Stream.chunks(followLogs(client, kind, name, { ...which, ...listening(options) })), options, {
        name,
        ...which
      }),
    retry: (name, how, options) => promise(group.retry({ params: { name }, payload: how }), options, how),
    cancel: (name, options) => promise(group.cancel({ params: { name } }), options, { name }),
    suspend: (name, options) => promise(group.suspend({ params: { name } }), options, { name }),
    resume: (name, options) => promise(group.resume({ params: { name } }), options, { name }),
    cancelMany: (which, options) => promise(group.cancelMany({ payload: which }), options, which),
    retryMany: (which, options) => promise(group.retryMany({ payload: which }), options, which),
    diff: (name, evidence = {}, options) =>
      promise(textOf(group.diff({ params: { name }, query: evidence })), options, { name, ...evidence }),
    result: (name, evidence = {}, options) =>
      promise(
        Effect.flatMap(textOf(group.result({ params: { name }, query: evidence })), decodeJson),
        options,
        { name, ...evidence }
      ),
    delete: (name, options) => promise(group.delete({ params: { name } }), options, { name })
  }
}
