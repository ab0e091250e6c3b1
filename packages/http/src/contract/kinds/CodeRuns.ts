/** `/api/v1/code-runs`: CodeRuns of the configured namespace. */
import { CodeRunSpec, isInPlainWords } from "@orchestrator/domain/CodeRun"
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import { ModelName, ObjectName, PromptText, RelativePath } from "@orchestrator/domain/SpecText"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiSchema, OpenApi } from "effect/http-api"
import { Needs, needsOf } from "../Access.ts"
import { optionalBody } from "../OpenApiDocument.ts"
import { runName } from "../Parameters.ts"
import { RunChanged, RunNotFinished, RunNotFound } from "../Problem.ts"
import { ChecksBody } from "../RequestChecks.ts"
import { pageOf, runAnswer } from "../RunAnswers.ts"
import { cluster, runEndpoints } from "../RunEndpoints.ts"

/** Who says what to do in plain words, or names an issue that does, names no task. */
const hasTask = Schema.makeFilter<{ readonly [field: string]: unknown }>(
  (spec) =>
    isInPlainWords(spec) ? [] : ["taskId", "docsRepositoryUrl"].filter((field) => spec[field] === undefined)
      .map((field) => ({ path: [field], issue: "Expected a value, since there is neither prompt nor issue" })),
  { toJsonSchema: () => ({}) }
)

const { docsRepositoryUrl, taskId } = CodeRunSpec.fields

/** A CodeRun's spec as requesters write it: what the configuration or another field can fill in may be left out. */
export const NewCodeRunSpec = Schema.Struct({
  ...CodeRunSpec.fields,
  taskId: Schema.optionalKey(
    taskId.annotate({ description: "Task ID to implement. Default: the issue's number, or 0 where there is a prompt" })
  ),
  docsRepositoryUrl: Schema.optionalKey(docsRepositoryUrl.annotate({
    description: "Repository of the task's definition. Default: repositoryUrl where there is a prompt or an issue"
  })),
  model: Schema.optionalKey(
    ModelName.annotate({ description: "Model to use. Default: the configured one of the agent for code" })
  ),
  workingDirectory: Schema.optionalKey(
    RelativePath.annotate({
      description: "Working directory within the target repository. Default: the service's name"
    })
  )
}).check(hasTask).annotate({ identifier: "NewCodeRunSpec", description: "What to implement, where, and as whom" })

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
  }, {
    spec: {
      prompt: "Answer requests for unknown orders with 404 instead of 500",
      service: "payments",
      repositoryUrl: "https://github.com/example/payments",
      githubUser: "octocat",
      docsBranch: "main",
      contextVersion: 1,
      continueSession: false,
      overwriteMemory: false,
      cancel: false
    }
  }]
})
export type NewCodeRun = typeof NewCodeRun.Type

const retryOptions = {
  promptModification: Schema.optionalKey(
    PromptText.annotate({ description: "What the agent should know for the next attempt. Absent: as before" })
  ),
  force: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "Also while an attempt is running: it is cancelled first. Default false" })
  )
}

export const RetryCodeRun = Schema.Struct(retryOptions).annotate({
  identifier: "RetryCodeRun",
  description: "How to try again",
  examples: [{ promptModification: "The migration must be reversible" }]
})

const needs = needsOf(codeRun.plural)

export const codeRunAnswer = runAnswer(codeRun)

export class CodeRuns extends runEndpoints({
  identifier: "codeRuns",
  kind: codeRun,
  description: "A CodeRun implements one task in a target repository.",
  newRun: NewCodeRun,
  answer: codeRunAnswer,
  page: pageOf(codeRun, codeRunAnswer),
  retryOptions,
  retry: HttpApiEndpoint.post("retry", "/:name/retry", {
    params: runName,
    payload: [RetryCodeRun, HttpApiSchema.NoContent],
    success: codeRunAnswer,
    error: [RunNotFound, RunNotFinished, RunChanged, ...cluster]
  }).middleware(ChecksBody).annotate(Needs, [needs.change]).annotateMerge(OpenApi.annotations({
    summary: "Start the next attempt",
    transform: optionalBody,
    description:
      "Raises `spec.contextVersion` and takes `cancel` back. The next attempt continues the session in the same workspace. "
      + "Refused while an attempt is running, unless forced. The body may be left out."
  }))
}) {}
