/** Answers to the requests for runs of one kind. */
import type { Attempt } from "@orchestrator/domain/Attempt"
import { explain, type RunExplanation } from "@orchestrator/domain/RunExplanation"
import { phaseOf } from "@orchestrator/domain/RunView"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import type { Refusal } from "../contract/BulkRequests.ts"
import type { Waiting } from "../services/Lines.ts"
import type { Grants } from "../services/Previews.ts"
import { type BulkRequest, forMany } from "./BulkRuns.ts"
import { cancelRun } from "./CancelRun.ts"
import { createRun, type NewRun } from "./CreateRun.ts"
import { evidenceFile } from "./KeptEvidence.ts"
import { listPage } from "./ListPages.ts"
import type { ListOptions } from "./ListRuns.ts"
import { planNew, planNext } from "./plan/PlanRun.ts"
import { announce } from "./Replies.ts"
import type { RetryOptions } from "./RetryRun.ts"
import { deleteRun, getRun, type RunAccess } from "./RunAccess.ts"
import { runClusterEvents } from "./RunClusterEvents.ts"
import { runDependencies } from "./RunDependencies.ts"
import { runFiles } from "./RunFiles.ts"
import { type LogOptions, runLogs } from "./RunLogs.ts"
import { manifestOf } from "./RunManifest.ts"
import { runTranscript, type TranscriptOptions } from "./RunTranscript.ts"
import { resumeRun, suspendRun } from "./SuspendRun.ts"

/** What a kind has of its own. */
interface Own<New, Answer, E, R> {
  /** The run that a request asks for, with what the configuration fills in. */
  readonly newRun: (settings: RunAccess["settings"], request: New, key: string | undefined) => NewRun
  readonly retry: (runs: RunAccess, name: string, options: RetryOptions) => Effect.Effect<CustomObject, E, R>
  readonly answer: (run: CustomObject) => Answer
  /** The same as JSON. */
  readonly answerText: (run: CustomObject) => string
}

interface Named {
  readonly params: { readonly name: string }
}

interface Answered {
  readonly status?: { readonly attempts?: ReadonlyArray<Attempt> }
}

/** Of a run that waits: whom it waits for by now. */
const waitingOf = ({ kind, lines }: RunAccess, run: CustomObject): Effect.Effect<Waiting | undefined> =>
  lines === undefined || phaseOf(run) !== "Pending"
    ? Effect.succeed(undefined)
    : Effect.map(lines.waitingOf(kind.kind, [run], { briefly: false }), ([waiting]) => waiting)

/** A run alone, with what is worth saying of one: why it is where it is, and what it may use. */
const withDetails = <Answer extends object>(
  runs: RunAccess,
  run: CustomObject,
  answer: Answer
): Effect.Effect<Answer & { readonly explanation: RunExplanation; readonly limits?: Grants }> =>
  Effect.map(waitingOf(runs, run), (waiting) => {
    const limits = runs.previews?.limitsOf(runs.kind.kind, run)
    return {
      ...answer,
      ...(waiting === undefined ? {} : { waiting }),
      explanation: explain(run, waiting),
      ...(limits === undefined ? {} : { limits })
    }
  })

/** `asked`: the runs that a request is about. */
export const runHandlers = <New, Answer extends Answered, E extends Refusal, R>(
  asked: Effect.Effect<RunAccess>,
  { answer, answerText, newRun, retry }: Own<New, Answer, E, R>
) => {
  const about =
    <Request, A, F, S>(use: (runs: RunAccess, request: Request) => Effect.Effect<A, F, S>) =>
    (request: Request): Effect.Effect<A, F, S> => Effect.flatMap(asked, (runs) => use(runs, request))
  return {
    list: about((runs, { query }: { readonly query: ListOptions }) =>
      Effect.map(
        listPage(runs, query, answerText),
        (bytes) => HttpServerResponse.uint8Array(bytes, { contentType: "application/json" })
      )
    ),
    create: about((runs, { headers, payload }: {
      readonly headers: { readonly "idempotency-key"?: string }
      readonly payload: New
    }) =>
      createRun(runs, newRun(runs.settings, payload, headers["idempotency-key"])).pipe(
        Effect.tap((created) => announce(runs, created)),
        Effect.map(({ run }) => answer(run))
      )
    ),
    plan: about((runs, { payload }: { readonly payload: New }) =>
      planNew(runs, newRun(runs.settings, payload, undefined))
    ),
    planNext: about((runs, { params }: Named) => planNext(runs, params.name)),
    get: about((runs, { params }: Named) =>
      Effect.flatMap(getRun(runs, params.name), (run) => withDetails(runs, run, answer(run)))
    ),
    delete: about((runs, { params }: Named) => deleteRun(runs, params.name)),
    retry: about((runs, { params, payload }: Named & { readonly payload: RetryOptions | void }) =>
      Effect.map(retry(runs, params.name, payload ?? {}), answer)
    ),
    cancel: about((runs, { params }: Named) => Effect.map(cancelRun(runs, params.name), answer)),
    suspend: about((runs, { params }: Named) => Effect.map(suspendRun(runs, params.name), answer)),
    resume: about((runs, { params }: Named) => Effect.map(resumeRun(runs, params.name), answer)),
    cancelMany: about((runs, { payload }: { readonly payload: BulkRequest }) => forMany(runs, payload, cancelRun)),
    retryMany: about((runs, { payload }: { readonly payload: BulkRequest & RetryOptions }) =>
      forMany(runs, payload, (acted, name) => retry(acted, name, payload))
    ),
    logs: about((runs, { params, query }: Named & { readonly query: LogOptions }) => runLogs(runs, params.name, query)),
    diff: about((runs, { params, query }: Named & { readonly query: { readonly attempt?: string } }) =>
      evidenceFile(runs, params.name, query, "diff.patch")
    ),
    result: about((runs, { params, query }: Named & { readonly query: { readonly attempt?: string } }) =>
      evidenceFile(runs, params.name, query, "result.json")
    ),
    transcript: about((runs, { params, query }: Named & { readonly query: TranscriptOptions }) =>
      runTranscript(runs, params.name, query)
    ),
    files: about((runs, { params }: Named) => runFiles(runs, params.name)),
    attempts: about((runs, { params }: Named) =>
      Effect.map(getRun(runs, params.name), (run) => ({ items: answer(run).status?.attempts ?? [] }))
    ),
    dependencies: about((runs, { params }: Named) => runDependencies(runs, params.name)),
    events: about((runs, { params }: Named) => runClusterEvents(runs, params.name)),
    manifest: about((runs, { params }: Named) =>
      Effect.map(getRun(runs, params.name), (run) => manifestOf(run, runs.resource))
    )
  }
}
