/**
 * The routes of a kind of runs in the configured namespace, the same for every kind: what differs is the kind itself, what one says to
 * start a run, and what trying again means.
 */
import type { RunKind } from "@orchestrator/domain/RunKind"
import { TranscriptEvent } from "@orchestrator/domain/Transcript"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import {
  AskedFor,
  Authorized,
  ChangesNothing,
  eventNeeds,
  fileNeeds,
  logNeeds,
  Needs,
  needsOf,
  type Resource
} from "./Access.ts"
import { BulkAnswer, bulkRequest } from "./BulkRequests.ts"
import { LargeAnswers } from "./LargeAnswers.ts"
import { evidenceOptions, logOptions, transcriptOptions } from "./LogParameters.ts"
import { idempotency, runName } from "./Parameters.ts"
import {
  ClusterError,
  ClusterForbids,
  ClusterUnavailable,
  EvidenceNotAvailable,
  EvidenceUnavailable,
  FilesNotAvailable,
  IdempotencyKeyReused,
  InvalidRequest,
  LogsNotAvailable,
  NameTaken,
  PageExpired,
  PlanNotAvailable,
  RunChanged,
  RunFinished,
  RunNotFound
} from "./Problem.ts"
import { ChecksBody, ChecksParameters } from "./RequestChecks.ts"
import { RunAttempts, RunFiles } from "./RunAnswers.ts"
import { RunClusterEvents, RunDependencies } from "./RunDetails.ts"
import { listQuery } from "./RunFilters.ts"
import { RunPlan } from "./RunPlans.ts"

export const cluster = [ClusterForbids, ClusterUnavailable, ClusterError] as const

const manifestText = Schema.String.pipe(HttpApiSchema.asText({ contentType: "application/yaml" }))

interface RunContract<Id, Name, Path, Own, New, Answer, Page, Retry, How> {
  readonly identifier: Id
  readonly kind: Pick<RunKind, "leasesWorkspace"> & {
    readonly kind: Name
    readonly path: Path
    readonly plural: Resource
    readonly filters: Own
  }
  /** What a run of the kind does. */
  readonly description: string
  /** Body of the request that starts one. */
  readonly newRun: New
  readonly answer: Answer
  readonly page: Page
  /** Trying again is the next attempt of some kinds, and another run of others. */
  readonly retry: Retry
  /** How each of many is tried again. */
  readonly retryOptions: How
}

export const runEndpoints = <
  const Id extends string,
  const Name extends string,
  const Path extends string,
  const Own extends Readonly<Record<string, Schema.Top>>,
  New extends Schema.Top,
  Answer extends Schema.Top,
  Page extends Schema.Top,
  const Retry extends HttpApiEndpoint.Constraint,
  const How extends Schema.Struct.Fields
>({ answer, description, identifier, kind, newRun, page, retry, retryOptions }: RunContract<
  Id,
  Name,
  Path,
  Own,
  New,
  Answer,
  Page,
  Retry,
  How
>) => {
  const needs = needsOf(kind.plural)
  const name = kind.kind
  return HttpApiGroup.make(identifier).add(
    HttpApiEndpoint.get("list", "/", {
      query: listQuery(kind.filters),
      success: page,
      error: [InvalidRequest, PageExpired, ...cluster]
    }).middleware(LargeAnswers).annotate(Needs, [needs.list]).annotateMerge(OpenApi.annotations({
      summary: `List ${name}s`,
      description:
        "Runs in the order of their names, or of their creation, page by page. Filters combine. Whatever is made or deleted between "
        + "two pages: no run comes twice, and none is left out that was there all along."
    })),
    HttpApiEndpoint.post("create", "/", {
      headers: idempotency,
      payload: newRun,
      success: answer.pipe(HttpApiSchema.status(201)),
      error: [NameTaken, IdempotencyKeyReused, ...cluster]
    }).middleware(ChecksBody).annotate(Needs, [needs.create]).annotateMerge(OpenApi.annotations({
      summary: `Start a ${name}`,
      description:
        "Stores the run; the controller starts it. With an `Idempotency-Key` the request may be retried: the answer to a "
        + "repetition carries `Idempotency-Replayed: true`. `Location` names the run."
    })),
    HttpApiEndpoint.post("plan", "/plan", {
      payload: newRun,
      success: RunPlan,
      error: [NameTaken, PlanNotAvailable, ...cluster]
    }).middleware(LargeAnswers).middleware(ChecksBody).annotate(Needs, [needs.create]).annotate(ChangesNothing, true)
      .annotateMerge(OpenApi.annotations({
        summary: `Try a ${name} without starting it`,
        description:
          "All that starting it would do, by the rules that would do it, and nothing done: spec and name, Job and files, workspace and place in "
          + "line, limits and price; what is missing, with the commands that mend it."
      })),
    HttpApiEndpoint.post("planNext", "/:name/plan", {
      params: runName,
      success: RunPlan,
      error: [RunNotFound, PlanNotAvailable, ...cluster]
    }).middleware(LargeAnswers).annotate(Needs, [needs.get]).annotate(ChangesNothing, true).annotateMerge(
      OpenApi.annotations({
        summary: `Ask what is next for a ${name}`,
        description:
          "What the controller does with it when it looks at it next, and why: stage, rule and actions. Nothing is done."
      })
    ),
    HttpApiEndpoint.get("get", "/:name", {
      params: runName,
      success: answer,
      error: [RunNotFound, ...cluster]
    }).annotate(Needs, [needs.get]).annotateMerge(OpenApi.annotations({
      summary: `Read a ${name}`,
      description:
        "Its spec, and its status as the controller last wrote it; of a run that waits for others, `waiting` names them."
    })),
    HttpApiEndpoint.delete("delete", "/:name", {
      params: runName,
      success: HttpApiSchema.NoContent,
      error: [RunNotFound, ...cluster]
    }).annotate(Needs, [needs.delete]).annotateMerge(OpenApi.annotations({
      summary: `Delete a ${name}`,
      description: `Removes the run with its Job, pod and files. An agent that runs is stopped.${
        kind.leasesWorkspace ? " The workspace stays." : ""
      }`
    })),
    retry,
    HttpApiEndpoint.post("cancel", "/:name/cancel", {
      params: runName,
      success: answer,
      error: [RunNotFound, RunFinished, RunChanged, ...cluster]
    }).annotate(Needs, [needs.change]).annotateMerge(OpenApi.annotations({
      summary: `Stop a ${name}`,
      description:
        "Stops the agent, saves and pushes its work, and ends the run as Cancelled. Cancelling twice is the same as once; attempts that are requested afterwards are not cancelled."
    })),
    HttpApiEndpoint.post("suspend", "/:name/suspend", {
      params: runName,
      success: answer,
      error: [RunNotFound, RunFinished, RunChanged, ...cluster]
    }).annotate(Needs, [needs.change]).annotateMerge(OpenApi.annotations({
      summary: `Suspend a ${name}`,
      description:
        "No attempt of it starts until it is resumed; it waits in no line, and keeps no workspace. An attempt that runs is left to end. Suspending twice is the same as once."
    })),
    HttpApiEndpoint.post("resume", "/:name/resume", {
      params: runName,
      success: answer,
      error: [RunNotFound, RunChanged, ...cluster]
    }).annotate(Needs, [needs.change]).annotateMerge(OpenApi.annotations({
      summary: `Resume a ${name}`,
      description:
        "Lets a suspended run start, in its place by age and priority. One that is not suspended stays as it is. It takes `use` on each Secret of the run, as starting it did."
    })),
    HttpApiEndpoint.post("cancelMany", "/cancel", {
      payload: bulkRequest(`Cancel${name}s`, kind, {}),
      success: BulkAnswer,
      error: [InvalidRequest, PageExpired, ...cluster]
    }).middleware(LargeAnswers).middleware(ChecksBody).annotate(Needs, [needs.list]).annotate(AskedFor, "cancel")
      .annotateMerge(OpenApi.annotations({
        summary: `Stop many ${name}s`,
        description:
          "As stopping each run that the selector means, at most `limit` with one request. What is refused for one run does not keep the others."
      })),
    HttpApiEndpoint.post("retryMany", "/retry", {
      payload: bulkRequest(`Retry${name}s`, kind, retryOptions),
      success: BulkAnswer,
      error: [InvalidRequest, PageExpired, ...cluster]
    }).middleware(LargeAnswers).middleware(ChecksBody).annotate(Needs, [needs.list]).annotate(AskedFor, "retry")
      .annotateMerge(OpenApi.annotations({
        summary: `Try many ${name}s again`,
        description:
          "As trying each run again that the selector means, at most `limit` with one request. What is refused for one run does not keep "
          + "the others."
      })),
    HttpApiEndpoint.get("logs", "/:name/logs", {
      params: runName,
      query: logOptions,
      success: HttpApiSchema.StreamUint8Array({ contentType: "text/plain; charset=utf-8" }),
      error: [RunNotFound, LogsNotAvailable, EvidenceUnavailable, ...cluster]
    }).annotate(Needs, logNeeds).annotateMerge(OpenApi.annotations({
      summary: "Read what the agent prints",
      description:
        "Text of the newest attempt's `claude` container, or of the attempt and container that are named. With `follow` a pod that is about to start is waited for. After the pod is gone it is what was kept of it."
    })),
    HttpApiEndpoint.get("transcript", "/:name/transcript", {
      params: runName,
      query: transcriptOptions,
      success: HttpApiSchema.StreamNdjson({ schema: TranscriptEvent }),
      error: [RunNotFound, LogsNotAvailable, EvidenceUnavailable, ...cluster]
    }).annotate(Needs, logNeeds).annotateMerge(OpenApi.annotations({
      summary: "Read the conversation",
      description:
        "What the agent was told, said and did, one JSON object a line: messages with their roles, tool calls and their results, usage. It is the agent's side of the story: bounded, and without the secrets that are known."
    })),
    HttpApiEndpoint.get("diff", "/:name/diff", {
      params: runName,
      query: evidenceOptions,
      success: HttpApiSchema.StreamUint8Array({ contentType: "text/x-diff; charset=utf-8" }),
      error: [RunNotFound, EvidenceNotAvailable, EvidenceUnavailable, ...cluster]
    }).annotate(Needs, logNeeds).annotateMerge(OpenApi.annotations({
      summary: "Read what was delivered",
      description: "A patch of what an attempt that has ended had put on the run's branch, as git prints it."
    })),
    HttpApiEndpoint.get("result", "/:name/result", {
      params: runName,
      query: evidenceOptions,
      success: HttpApiSchema.StreamUint8Array({ contentType: "application/json" }),
      error: [RunNotFound, EvidenceNotAvailable, EvidenceUnavailable, ...cluster]
    }).annotate(Needs, logNeeds).annotateMerge(OpenApi.annotations({
      summary: "Read the reports of an attempt",
      description:
        "JSON: `agent`, what the agent's side told of the end, and `broker`, what the broker has seen and read back. Whole, where the status has the parts that count."
    })),
    HttpApiEndpoint.get("files", "/:name/files", {
      params: runName,
      success: RunFiles,
      error: [RunNotFound, FilesNotAvailable, ...cluster]
    }).middleware(LargeAnswers).annotate(Needs, fileNeeds).annotateMerge(OpenApi.annotations({
      summary: "Read the agent's files",
      description: "The rendered files of the newest attempt, until cleanup removes them."
    })),
    HttpApiEndpoint.get("attempts", "/:name/attempts", {
      params: runName,
      success: RunAttempts,
      error: [RunNotFound, ...cluster]
    }).annotate(Needs, [needs.get]).annotateMerge(OpenApi.annotations({
      summary: "Read the attempts",
      description: "One entry per Job: when, how it ended, and what it used."
    })),
    HttpApiEndpoint.get("dependencies", "/:name/dependencies", {
      params: runName,
      success: RunDependencies,
      error: [RunNotFound, ...cluster]
    }).middleware(LargeAnswers).annotate(Needs, [needs.get, needs.list]).annotateMerge(OpenApi.annotations({
      summary: "Read what it depends on",
      description: `The ${name}s that it is bound to by \`dependsOn\`, in both directions, each with its phase.`
    })),
    HttpApiEndpoint.get("events", "/:name/events", {
      params: runName,
      success: RunClusterEvents,
      error: [RunNotFound, ...cluster]
    }).annotate(Needs, [needs.get, ...eventNeeds]).annotateMerge(OpenApi.annotations({
      summary: "Read what the cluster says of it",
      description:
        "Kubernetes Events about the run, its newest Jobs and the pods that are there: scheduling, images, volumes, quotas."
    })),
    HttpApiEndpoint.get("manifest", "/:name/manifest", {
      params: runName,
      success: manifestText,
      error: [RunNotFound, ...cluster]
    }).annotate(Needs, [needs.get]).annotateMerge(OpenApi.annotations({
      summary: "Read it as it is stored",
      description: "The whole object in YAML, as `kubectl get -o yaml` prints it, without managedFields."
    }))
  ).prefix(`/api/v1/${kind.path}`).middleware(ChecksParameters).middleware(Authorized).annotateMerge(
    OpenApi.annotations({ title: `${name}s`, description })
  )
}
