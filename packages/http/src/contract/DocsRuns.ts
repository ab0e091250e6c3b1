/** `/api/v1/docs-runs`: DocsRuns of the configured namespace. */
import { DocsRunSpec } from "@orchestrator/domain/DocsRun"
import { ModelName, ObjectName } from "@orchestrator/domain/SpecText"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authorized, fileNeeds, logNeeds, Needs, needsOf } from "./Access.ts"
import { optionalBody } from "./OpenApiDocument.ts"
import { docsRunFilters, idempotency, logOptions, runName } from "./Parameters.ts"
import {
  ClusterError,
  ClusterForbids,
  ClusterUnavailable,
  FilesNotAvailable,
  IdempotencyKeyReused,
  InvalidBody,
  LogsNotAvailable,
  NameTaken,
  PageExpired,
  RunChanged,
  RunFinished,
  RunNotFinished,
  RunNotFound
} from "./Problem.ts"
import { ChecksBody, ChecksParameters } from "./RequestChecks.ts"
import { DocsRunAnswer, DocsRunPage, RunAttempts, RunFiles } from "./RunAnswers.ts"

const needs = needsOf("docsruns")

const cluster = [ClusterForbids, ClusterUnavailable, ClusterError] as const

/** A DocsRun's spec as requesters write it: the model may be left to the configuration. */
export const NewDocsRunSpec = Schema.Struct({
  ...DocsRunSpec.fields,
  model: Schema.optionalKey(
    ModelName.annotate({ description: "Claude model to use. Default: the configured model for documentation" })
  )
}).annotate({ identifier: "NewDocsRunSpec", description: "What to document, and as whom" })

export const NewDocsRun = Schema.Struct({
  name: Schema.optionalKey(
    ObjectName.annotate({ description: "Name of the run. Default: made from the repository" })
  ),
  spec: NewDocsRunSpec
}).annotate({
  identifier: "NewDocsRun",
  description: "A DocsRun to start",
  examples: [{
    spec: {
      repositoryUrl: "https://github.com/example/docs",
      workingDirectory: "_projects/payments",
      sourceBranch: "main",
      githubUser: "octocat",
      cancel: false
    }
  }]
})
export type NewDocsRun = typeof NewDocsRun.Type

export const RetryDocsRun = Schema.Struct({
  force: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "Also while the run has not finished. Default false" })
  )
}).annotate({ identifier: "RetryDocsRun", description: "How to try again", examples: [{ force: false }] })

export class DocsRuns extends HttpApiGroup.make("docsRuns").add(
  HttpApiEndpoint.get("list", "/", {
    query: docsRunFilters,
    success: DocsRunPage,
    error: [PageExpired, ...cluster]
  }).annotate(Needs, [needs.list]).annotateMerge(OpenApi.annotations({
    summary: "List DocsRuns",
    description: "Runs in the order of their names, page by page. Filters combine."
  })),
  HttpApiEndpoint.post("create", "/", {
    headers: idempotency,
    payload: NewDocsRun,
    success: DocsRunAnswer.pipe(HttpApiSchema.status(201)),
    error: [NameTaken, IdempotencyKeyReused, ...cluster]
  }).middleware(ChecksBody).annotate(Needs, [needs.create]).annotateMerge(OpenApi.annotations({
    summary: "Start a DocsRun",
    description:
      "Stores the run; the controller starts it. With an `Idempotency-Key` the request may be repeated: the answer to a "
      + "repetition carries `Idempotency-Replayed: true`. `Location` names the run."
  })),
  HttpApiEndpoint.get("get", "/:name", {
    params: runName,
    success: DocsRunAnswer,
    error: [RunNotFound, ...cluster]
  }).annotate(Needs, [needs.get]).annotateMerge(OpenApi.annotations({
    summary: "Read a DocsRun",
    description: "Its spec, and its status as the controller last wrote it."
  })),
  HttpApiEndpoint.delete("delete", "/:name", {
    params: runName,
    success: HttpApiSchema.NoContent,
    error: [RunNotFound, ...cluster]
  }).annotate(Needs, [needs.delete]).annotateMerge(OpenApi.annotations({
    summary: "Delete a DocsRun",
    description: "Removes the run with its Job, pod and files. An agent that runs is stopped."
  })),
  HttpApiEndpoint.post("retry", "/:name/retry", {
    params: runName,
    payload: [RetryDocsRun, HttpApiSchema.NoContent],
    success: DocsRunAnswer.pipe(HttpApiSchema.status(201)),
    error: [RunNotFound, RunNotFinished, NameTaken, InvalidBody, ...cluster]
  }).middleware(ChecksBody).annotate(Needs, [needs.update, needs.create]).annotateMerge(OpenApi.annotations({
    summary: "Run again",
    transform: optionalBody,
    description:
      "A DocsRun is one attempt on an ephemeral workspace, so trying again starts a new run with the same spec, and answers "
      + "with it. A run has at most one successor: asking twice gives the same one. The body may be left out."
  })),
  HttpApiEndpoint.post("cancel", "/:name/cancel", {
    params: runName,
    success: DocsRunAnswer,
    error: [RunNotFound, RunFinished, RunChanged, ...cluster]
  }).annotate(Needs, [needs.update]).annotateMerge(OpenApi.annotations({
    summary: "Stop a DocsRun",
    description:
      "Stops the agent, saves and pushes its work, and ends the run as Cancelled. Cancelling twice is cancelling once."
  })),
  HttpApiEndpoint.get("logs", "/:name/logs", {
    params: runName,
    query: logOptions,
    success: HttpApiSchema.StreamUint8Array({ contentType: "text/plain; charset=utf-8" }),
    error: [RunNotFound, LogsNotAvailable, ...cluster]
  }).annotate(Needs, logNeeds).annotateMerge(OpenApi.annotations({
    summary: "Read what the agent prints",
    description: "Text of the current attempt's `claude` container, for as long as its pod exists."
  })),
  HttpApiEndpoint.get("files", "/:name/files", {
    params: runName,
    success: RunFiles,
    error: [RunNotFound, FilesNotAvailable, ...cluster]
  }).annotate(Needs, fileNeeds).annotateMerge(OpenApi.annotations({
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
  }))
).prefix("/api/v1/docs-runs").middleware(ChecksParameters).middleware(Authorized).annotateMerge(OpenApi.annotations({
  title: "DocsRuns",
  description: "A DocsRun writes the task documentation of a project."
})) {}
