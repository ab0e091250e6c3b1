/**
 * `/api/v1/pm`: submissions as clients of older installations send them. Bodies are snake_case; the server takes camelCase as well, and
 * `null` for what is left out.
 */
import { CodeRunSpec } from "@orchestrator/domain/CodeRun"
import { DocsRunSpec } from "@orchestrator/domain/DocsRun"
import { EnvName } from "@orchestrator/domain/EnvName"
import { DataKey, ObjectName } from "@orchestrator/domain/SpecText"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorized, Needs, needsOf } from "./Access.ts"
import { NewCodeRunSpec } from "./kinds/CodeRuns.ts"
import { NewDocsRunSpec } from "./kinds/DocsRuns.ts"
import { idempotency } from "./Parameters.ts"
import {
  ClusterError,
  ClusterForbids,
  ClusterUnavailable,
  IdempotencyKeyReused,
  InvalidBody,
  NameTaken
} from "./Problem.ts"
import { ChecksBody, ChecksParameters } from "./RequestChecks.ts"
import { RunLinks } from "./RunAnswers.ts"

const code = CodeRunSpec.fields
const docs = DocsRunSpec.fields

export const CodeTask = Schema.Struct({
  task_id: code.taskId,
  service: code.service,
  repository_url: code.repositoryUrl,
  docs_repository_url: code.docsRepositoryUrl,
  docs_project_directory: code.docsProjectDirectory,
  docs_branch: code.docsBranch,
  working_directory: NewCodeRunSpec.fields.workingDirectory,
  model: NewCodeRunSpec.fields.model,
  github_user: code.githubUser,
  local_tools: code.localTools,
  remote_tools: code.remoteTools,
  tool_config: Schema.optionalKey(
    Schema.String.check(Schema.isMaxLength(4096)).annotate({
      description:
        "Name of a tool preset; kept with the run as an annotation. Tools are chosen by local_tools and remote_tools"
    })
  ),
  context_version: code.contextVersion,
  prompt_modification: code.promptModification,
  continue_session: code.continueSession,
  overwrite_memory: code.overwriteMemory,
  env: code.env,
  env_from_secrets: Schema.optionalKey(
    Schema.Array(Schema.Struct({ name: EnvName, secret_name: ObjectName, secret_key: DataKey }))
      .annotate({ description: "Environment variables from secrets" })
  )
}).annotate({
  identifier: "CodeTask",
  description: "A task to implement",
  examples: [{
    task_id: 7,
    service: "payments",
    repository_url: "https://github.com/example/payments",
    docs_repository_url: "https://github.com/example/docs",
    docs_branch: "main",
    github_user: "octocat",
    context_version: 1,
    continue_session: false,
    overwrite_memory: false
  }]
})
export type CodeTask = typeof CodeTask.Type

export const DocsRequest = Schema.Struct({
  repository_url: docs.repositoryUrl,
  working_directory: docs.workingDirectory,
  source_branch: docs.sourceBranch,
  model: NewDocsRunSpec.fields.model,
  github_user: docs.githubUser
}).annotate({
  identifier: "DocsRequest",
  description: "A project to document",
  examples: [{
    repository_url: "https://github.com/example/docs",
    working_directory: "_projects/payments",
    source_branch: "main",
    github_user: "octocat"
  }]
})
export type DocsRequest = typeof DocsRequest.Type

const Submitted = Schema.Struct({
  success: Schema.Boolean.annotate({ description: "True; failures are problems" }),
  message: Schema.String.annotate({ description: "What was done, for people" }),
  data: Schema.Struct({
    name: Schema.String.annotate({ description: "Name of the run" }),
    namespace: Schema.String.annotate({ description: "Its Kubernetes namespace" }),
    links: RunLinks
  })
}).annotate({ identifier: "Submitted", description: "The run that was started" })

const errors = [NameTaken, IdempotencyKeyReused, InvalidBody, ClusterForbids, ClusterUnavailable, ClusterError] as const

export class Submissions extends HttpApiGroup.make("submissions").add(
  HttpApiEndpoint.post("codeTask", "/tasks", {
    headers: idempotency,
    payload: CodeTask,
    success: Submitted,
    error: errors
  }).annotate(Needs, [needsOf("coderuns").create]).annotateMerge(OpenApi.annotations({
    summary: "Submit a task",
    description: "Starts a CodeRun. New clients use `POST /api/v1/code-runs`."
  })),
  HttpApiEndpoint.post("generateDocs", "/docs/generate", {
    headers: idempotency,
    payload: DocsRequest,
    success: Submitted,
    error: errors
  }).annotate(Needs, [needsOf("docsruns").create]).annotateMerge(OpenApi.annotations({
    summary: "Generate documentation",
    description: "Starts a DocsRun. New clients use `POST /api/v1/docs-runs`."
  }))
).prefix("/api/v1/pm").middleware(ChecksParameters).middleware(ChecksBody).middleware(Authorized).annotateMerge(
  OpenApi.annotations({
    title: "Submissions",
    description: "The routes of older installations."
  })
) {}
