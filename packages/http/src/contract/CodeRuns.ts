/** `/api/v1/code-runs`: CodeRuns of the configured namespace. */
import { CodeRunSpec } from "@orchestrator/domain/CodeRun"
import { ModelName, ObjectName, PromptText, RelativePath } from "@orchestrator/domain/SpecText"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authorized, fileNeeds, logNeeds, Needs, needsOf } from "./Access.ts"
import { optionalBody } from "./OpenApiDocument.ts"
import { codeRunFilters, idempotency, logOptions, runName } from "./Parameters.ts"
import {
  ClusterError,
  ClusterForbids,
  ClusterUnavailable,
  FilesNotAvailable,
  IdempotencyKeyReused,
  LogsNotAvailable,
  NameTaken,
  PageExpired,
  RunChanged,
  RunFinished,
  RunNotFinished,
  RunNotFound
} from "./Problem.ts"
import { ChecksBody, ChecksParameters } from "./RequestChecks.ts"
import { CodeRunAnswer, CodeRunPage, RunAttempts, RunFiles } from "./RunAnswers.ts"

const needs = needsOf("coderuns")

const cluster = [ClusterForbids, ClusterUnavailable, ClusterError] as const

/** A CodeRun's spec as requesters write it: what the configuration or another field can fill in may be left out. */
export const NewCodeRunSpec = Schema.Struct({
  ...CodeRunSpec.fields,
  model: Schema.optionalKey(
    ModelName.annotate({ description: "Claude model to use. Default: the configured model for code" })
  ),
  workingDirectory: Schema.optionalKey(
    RelativePath.annotate({
      description: "Working directory within the target repository. Default: the service's name"
    })
  )
}).annotate({ identifier: "NewCodeRunSpec", description: "What to implement, where, and as whom" })

export const NewCodeRun = Schema.Struct({
  name: Schema.optionalKey(
    ObjectName.annotate({ description: "Name of the run. Default: made from service and task" })
  ),
  spec: NewCodeRunSpec
}).annotate({
  identifier: "NewCodeRun",
  description: "A CodeRun to start",
  examples: [{
    spec: {
      taskId: 7,
      service: "payments",
      repositoryUrl: "https://github.com/example/payments",
      docsRepositoryUrl: "https://github.com/example/docs",
      docsBranch: "main",
      githubUser: "octocat",
      contextVersion: 1,
      continueSession: false,
      overwriteMemory: false,
      cancel: false
    }
  }]
})
export type NewCodeRun = typeof NewCodeRun.Type

export const RetryCodeRun = Schema.Struct({
  promptModification: Schema.optionalKey(
    PromptText.annotate({ description: "What the agent should know for the next attempt. Absent: as before" })
  ),
  force: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "Also while an attempt is running: it is cancelled first. Default false" })
  )
}).annotate({
  identifier: "RetryCodeRun",
  description: "How to try again",
  examples: [{ promptModification: "The migration must be reversible" }]
})

export class CodeRuns extends HttpApiGroup.make("codeRuns").add(
  HttpApiEndpoint.get("list", "/", {
    query: codeRunFilters,
    success: CodeRunPage,
    error: [PageExpired, ...cluster]
  }).annotate(Needs, [needs.list]).annotateMerge(OpenApi.annotations({
    summary: "List CodeRuns",
    description: "Runs in the order of their names, page by page. Filters combine."
  })),
  HttpApiEndpoint.post("create", "/", {
    headers: idempotency,
    payload: NewCodeRun,
    success: CodeRunAnswer.pipe(HttpApiSchema.status(201)),
    error: [NameTaken, IdempotencyKeyReused, ...cluster]
  }).middleware(ChecksBody).annotate(Needs, [needs.create]).annotateMerge(OpenApi.annotations({
    summary: "Start a CodeRun",
    description:
      "Stores the run; the controller starts it. With an `Idempotency-Key` the request may be repeated: the answer to a "
      + "repetition carries `Idempotency-Replayed: true`. `Location` names the run."
  })),
  HttpApiEndpoint.get("get", "/:name", {
    params: runName,
    success: CodeRunAnswer,
    error: [RunNotFound, ...cluster]
  }).annotate(Needs, [needs.get]).annotateMerge(OpenApi.annotations({
    summary: "Read a CodeRun",
    description: "Its spec, and its status as the controller last wrote it."
  })),
  HttpApiEndpoint.delete("delete", "/:name", {
    params: runName,
    success: HttpApiSchema.NoContent,
    error: [RunNotFound, ...cluster]
  }).annotate(Needs, [needs.delete]).annotateMerge(OpenApi.annotations({
    summary: "Delete a CodeRun",
    description: "Removes the run with its Job, pod and files. An agent that runs is stopped. The workspace stays."
  })),
  HttpApiEndpoint.post("retry", "/:name/retry", {
    params: runName,
    payload: [RetryCodeRun, HttpApiSchema.NoContent],
    success: CodeRunAnswer,
    error: [RunNotFound, RunNotFinished, RunChanged, ...cluster]
  }).middleware(ChecksBody).annotate(Needs, [needs.update]).annotateMerge(OpenApi.annotations({
    summary: "Start the next attempt",
    transform: optionalBody,
    description:
      "Raises `spec.contextVersion` and takes `cancel` back. The next attempt continues the session in the same workspace. "
      + "Refused while an attempt is running, unless forced. The body may be left out."
  })),
  HttpApiEndpoint.post("cancel", "/:name/cancel", {
    params: runName,
    success: CodeRunAnswer,
    error: [RunNotFound, RunFinished, RunChanged, ...cluster]
  }).annotate(Needs, [needs.update]).annotateMerge(OpenApi.annotations({
    summary: "Stop a CodeRun",
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
).prefix("/api/v1/code-runs").middleware(ChecksParameters).middleware(Authorized).annotateMerge(OpenApi.annotations({
  title: "CodeRuns",
  description: "A CodeRun implements one task in a target repository."
})) {}
