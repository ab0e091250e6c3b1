/** `/api/v1/docs-runs`: DocsRuns of the configured namespace. */
import { DocsRunSpec } from "@orchestrator/domain/DocsRun"
import { docsRun } from "@orchestrator/domain/kinds/DocsRunKind"
import { ModelName, ObjectName } from "@orchestrator/domain/SpecText"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiSchema, OpenApi } from "effect/http-api"
import { Needs, needsOf } from "../Access.ts"
import { optionalBody } from "../OpenApiDocument.ts"
import { runName } from "../Parameters.ts"
import { InvalidBody, NameTaken, RunNotFinished, RunNotFound } from "../Problem.ts"
import { ChecksBody } from "../RequestChecks.ts"
import { pageOf, runAnswer } from "../RunAnswers.ts"
import { cluster, runEndpoints } from "../RunEndpoints.ts"

/** A DocsRun's spec as requesters write it: the model may be left to the configuration. */
export const NewDocsRunSpec = Schema.Struct({
  ...DocsRunSpec.fields,
  model: Schema.optionalKey(
    ModelName.annotate({ description: "Model to use. Default: the configured one of the agent for documentation" })
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

const retryOptions = {
  force: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "Also while the run has not finished. Default false" })
  )
}

export const RetryDocsRun = Schema.Struct(retryOptions).annotate({
  identifier: "RetryDocsRun",
  description: "How to try again",
  examples: [{ force: false }]
})

const needs = needsOf(docsRun.plural)

export const docsRunAnswer = runAnswer(docsRun)

export class DocsRuns extends runEndpoints({
  identifier: "docsRuns",
  kind: docsRun,
  description: "A DocsRun writes the task documentation of a project.",
  newRun: NewDocsRun,
  answer: docsRunAnswer,
  page: pageOf(docsRun, docsRunAnswer),
  retryOptions,
  retry: HttpApiEndpoint.post("retry", "/:name/retry", {
    params: runName,
    payload: [RetryDocsRun, HttpApiSchema.NoContent],
    success: docsRunAnswer.pipe(HttpApiSchema.status(201)),
    error: [RunNotFound, RunNotFinished, NameTaken, InvalidBody, ...cluster]
  }).middleware(ChecksBody).annotate(Needs, [needs.change, needs.create]).annotateMerge(OpenApi.annotations({
    summary: "Run again",
    transform: optionalBody,
    description:
      "A DocsRun is one attempt on an ephemeral workspace, so trying again starts a new run with the same spec, and answers "
      + "with it. A run has at most one successor: asking twice gives the same one. The body may be left out."
  }))
}) {}
