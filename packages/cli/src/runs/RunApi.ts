/**
 * What a command does with runs, the same for every kind: the client's groups behind one interface, and every failure in words. What a run
 * looks like is the answer of the contract.
 */
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { type DecodeOptions, decoder, type FieldProblem, formatProblem } from "@orchestrator/domain/Decode"
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import { docsRun } from "@orchestrator/domain/kinds/DocsRunKind"
import type { AnyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import type { TranscriptEvent } from "@orchestrator/domain/Transcript"
import type { BulkAnswer as BulkAnswerSchema } from "@orchestrator/http/contract/BulkRequests"
import { NewCodeRun } from "@orchestrator/http/contract/kinds/CodeRuns"
import { NewDocsRun } from "@orchestrator/http/contract/kinds/DocsRuns"
import type { RunStreamEvent } from "@orchestrator/http/contract/RunEvents"
import type { RunPlan } from "@orchestrator/http/contract/RunPlans"
import { Context, Effect, Layer, Result, Stream } from "effect"
import { CommandFailed } from "../connect/CommandFailed.ts"
import { Connected } from "../connect/Connect.ts"
import { explain, explained } from "../connect/Explain.ts"
import type { RunAnswer } from "./RunAnswer.ts"
import type { RunRef } from "./RunRef.ts"

type Client = OrchestratorClient["Service"]

export type RunPage = { readonly items: ReadonlyArray<RunAnswer>; readonly continue?: string | undefined }
export type ListQuery = NonNullable<Parameters<Client["codeRuns"]["list"]>[0]>["query"]
/** Which runs, as lists and requests about many have it. */
export type Filters = Parameters<Client["codeRuns"]["cancelMany"]>[0]["payload"]["selector"]
/** What became of each. */
export type BulkItem = BulkAnswer["items"][number]
type BulkAnswer = typeof BulkAnswerSchema.Type
export type LogQuery = Parameters<Client["codeRuns"]["logs"]>[0]["query"]
type TranscriptQuery = Parameters<Client["codeRuns"]["transcript"]>[0]["query"]
/** An event of the stream of changes. */
export type RunChange = RunStreamEvent

export interface RetryOptions {
  readonly hint: string | undefined
  readonly force: boolean
}

type Asked<A> = Effect.Effect<A, CommandFailed>

/** Many runs at a time. */
export interface BulkRequest {
  readonly selector: Filters
  /** Whether an empty selector means every run. */
  readonly all: boolean
  readonly dryRun: boolean
  readonly continue?: string
}

export interface KindApi {
  readonly kind: AnyRunKind
  /** What of a body the contract does not take; nothing where it may be sent. */
  readonly check: (body: unknown) => ReadonlyArray<FieldProblem>
  /** Sends a body that is held to the contract first; with a key it may be sent again. */
  readonly create: (body: unknown, key: string | undefined) => Asked<RunAnswer>
  /** What creating it would do; nothing is done. */
  readonly plan: (body: unknown) => Asked<RunPlan>
  /** What is next for a run that is there. */
  readonly planNext: (name: string) => Asked<RunPlan>
  readonly list: (query: ListQuery) => Asked<RunPage>
  readonly get: (name: string) => Asked<RunAnswer>
  readonly delete: (name: string) => Asked<void>
  readonly cancel: (name: string) => Asked<RunAnswer>
  readonly suspend: (name: string) => Asked<RunAnswer>
  readonly resume: (name: string) => Asked<RunAnswer>
  readonly retry: (name: string, options: RetryOptions) => Asked<RunAnswer>
  readonly cancelMany: (request: BulkRequest) => Asked<BulkAnswer>
  readonly retryMany: (request: BulkRequest, options: RetryOptions) => Asked<BulkAnswer>
  readonly logs: (name: string, query: LogQuery) => Asked<Stream.Stream<Uint8Array, CommandFailed>>
  readonly transcript: (name: string, query: TranscriptQuery) => Asked<Stream.Stream<TranscriptEvent, CommandFailed>>
}

type Decode<Body> = (input: unknown, options: DecodeOptions) => Result.Result<Body, ReadonlyArray<FieldProblem>>

const strict = { rejectUnknown: true }

const creating = <Body>(
  { kind, taskType }: AnyRunKind,
  decode: Decode<Body>,
  { plan, send }: {
    readonly send: (body: Body, key: string | undefined) => Asked<RunAnswer>
    readonly plan: (body: Body) => Asked<RunPlan>
  }
): Pick<KindApi, "check" | "create" | "plan"> => {
  const held = (body: unknown) =>
    Effect.fromResult(decode(body, strict)).pipe(
      Effect.mapError((problems) =>
        new CommandFailed({
          message: `No ${kind} can be made of this:\n${
            problems.map((problem) => `  ${formatProblem(problem)}`).join("\n")
          }\nWhat each field takes: orchestrator ${taskType} submit --help`
        })
      )
    )
  return {
    check: (body) => Result.match(decode(body, strict), { onFailure: (problems) => problems, onSuccess: () => [] }),
    create: (body, key) => Effect.flatMap(held(body), (payload) => send(payload, key)),
    plan: (body) => Effect.flatMap(held(body), plan)
  }
}

const hintOf = (hint: string | undefined) => hint === undefined ? {} : { promptModification: hint }

/** DocsRuns have neither service nor task. */
const withoutCode = <Query extends Filters>({ service: _, taskId: __, ...query }: Query) => query

export class Runs extends Context.Service<Runs, {
  readonly kinds: ReadonlyArray<KindApi>
  readonly of: (kind: AnyRunKind) => KindApi
  /** Changes of runs from now on, or from after the event with this id. */
  readonly events: (filters: Filters, after: string | undefined) => Asked<Stream.Stream<RunChange, CommandFailed>>
}>()("@orchestrator/cli/runs/Runs") {
  /** Needs OrchestratorClient and Connected. */
  static readonly layer = Layer.effect(
    Runs,
    Effect.gen(function*() {
      const client = yield* OrchestratorClient
      const { place } = yield* Connected
      const asked = <A, E>(request: Effect.Effect<A, E>): Asked<A> => explained(request, place)
      const streamed = <A, E>(log: Stream.Stream<A, E>): Stream.Stream<A, CommandFailed> =>
        Stream.catch(log, (error) => Stream.unwrap(Effect.map(explain(error, place), (failed) => Stream.fail(failed))))
      const headers = (key: string | undefined) => key === undefined ? {} : { "idempotency-key": key }

      const code: KindApi = {
        kind: codeRun,
        ...creating(
          codeRun,
          decoder(NewCodeRun),
          {
            send: (payload, key) => asked(client.codeRuns.create({ payload, headers: headers(key) })),
            plan: (payload) => asked(client.codeRuns.plan({ payload }))
          }
        ),
        list: (query) => asked(client.codeRuns.list({ query })),
        get: (name) => asked(client.codeRuns.get({ params: { name } })),
        planNext: (name) => asked(client.codeRuns.planNext({ params: { name } })),
        delete: (name) => asked(client.codeRuns.delete({ params: { name } })),
        cancel: (name) => asked(client.codeRuns.cancel({ params: { name } })),
        suspend: (name) => asked(client.codeRuns.suspend({ params: { name } })),
        resume: (name) => asked(client.codeRuns.resume({ params: { name } })),
        retry: (name, { force, hint }) =>
          asked(client.codeRuns.retry({
            params: { name },
            payload: { force, ...hintOf(hint) }
          })),
        cancelMany: (payload) => asked(client.codeRuns.cancelMany({ payload })),
        retryMany: (request, { force, hint }) =>
          asked(client.codeRuns.retryMany({ payload: { ...request, force, ...hintOf(hint) } })),
        logs: (name, query) => asked(client.codeRuns.logs({ params: { name }, query })).pipe(Effect.map(streamed)),
        transcript: (name, query) =>
          asked(client.codeRuns.transcript({ params: { name }, query })).pipe(Effect.map(streamed))
      }
      const docs: KindApi = {
        kind: docsRun,
        ...creating(
          docsRun,
          decoder(NewDocsRun),
          {
            send: (payload, key) => asked(client.docsRuns.create({ payload, headers: headers(key) })),
            plan: (payload) => asked(client.docsRuns.plan({ payload }))
          }
        ),
        list: (query) => asked(client.docsRuns.list({ query: withoutCode(query) })),
        get: (name) => asked(client.docsRuns.get({ params: { name } })),
        planNext: (name) => asked(client.docsRuns.planNext({ params: { name } })),
        delete: (name) => asked(client.docsRuns.delete({ params: { name } })),
        cancel: (name) => asked(client.docsRuns.cancel({ params: { name } })),
        suspend: (name) => asked(client.docsRuns.suspend({ params: { name } })),
        resume: (name) => asked(client.docsRuns.resume({ params: { name } })),
        retry: (name, { force, hint }) =>
          hint === undefined
            ? asked(client.docsRuns.retry({ params: { name }, payload: { force } }))
            : Effect.fail(
              new CommandFailed({ message: "A DocsRun takes no hint: it is run again as it was. Leave --hint out" })
            ),
        cancelMany: ({ selector, ...request }) =>
          asked(client.docsRuns.cancelMany({ payload: { ...request, selector: withoutCode(selector) } })),
        retryMany: ({ selector, ...request }, { force }) =>
          asked(client.docsRuns.retryMany({ payload: { ...request, force, selector: withoutCode(selector) } })),
        logs: (name, query) => asked(client.docsRuns.logs({ params: { name }, query })).pipe(Effect.map(streamed)),
        transcript: (name, query) =>
          asked(client.docsRuns.transcript({ params: { name }, query })).pipe(Effect.map(streamed))
      }
      const kinds = [code, docs]
      return Runs.of({
        kinds,
        events: (query, after) =>
          asked(client.events.follow({ query, headers: after === undefined ? {} : { "last-event-id": after } })).pipe(
            Effect.map(streamed)
          ),
        of: (wanted) => kinds.find(({ kind }) => kind.kind === wanted.kind) ?? code
      })
    })
  )
}

const isNotFound = ({ problem }: CommandFailed): boolean => problem === "run-not-found"

/** Of another kind than was asked for first: who may not look there has no such run. */
const isNotThere = ({ problem }: CommandFailed): boolean =>
  problem === "run-not-found" || problem === "permission-missing"

/** Of the kind that is named; without one of the first kind that has such a run. */
export const onRun = Effect.fn("Runs.onRun")(function*<A, R>(
  ref: RunRef,
  act: (api: KindApi, name: string) => Effect.Effect<A, CommandFailed, R>
) {
  const runs = yield* Runs
  if (ref.kind !== undefined) return yield* act(runs.of(ref.kind), ref.name)
  const [first, ...others] = runs.kinds
  if (first === undefined) return yield* Effect.die("There is no kind of runs")
  return yield* others.reduce(
    (found, api) =>
      Effect.catchIf(
        found,
        isNotFound,
        (missing) => Effect.catchIf(act(api, ref.name), isNotThere, () => Effect.fail(missing))
      ),
    act(first, ref.name)
  )
})
