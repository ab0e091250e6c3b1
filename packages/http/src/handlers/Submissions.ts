import { decoder } from "@orchestrator/domain/Decode"
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import { docsRun } from "@orchestrator/domain/kinds/DocsRunKind"
import { group } from "@orchestrator/domain/Labels"
import { Effect, type Schema, Struct } from "effect"
import type { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../contract/Api.ts"
import type { NewCodeRun } from "../contract/kinds/CodeRuns.ts"
import { CodeTask, DocsRequest } from "../contract/Submissions.ts"
import { type CreatedRun, createRun, type NewRun } from "./CreateRun.ts"
import { newCodeRun } from "./kinds/CodeRuns.ts"
import { newDocsRun } from "./kinds/DocsRuns.ts"
import { announce } from "./Replies.ts"
import { invalidBody, jsonBody } from "./RequestBody.ts"
import { type RunAccess, runAccess } from "./RunAccess.ts"
import { linksOf } from "./RunAnswer.ts"
import { asSent, fold } from "./SnakeCase.ts"

/** Where an old client's choice of a tool preset is kept. */
export const toolConfigAnnotation = `${group}/tool-config`

/** An old client's body, with problems in its own spelling. */
const readBody = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) => {
  const decode = decoder(schema)
  return Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest) {
    const { body, sent } = fold(yield* jsonBody(request))
    return yield* Effect.mapError(
      Effect.fromResult(decode(body, { rejectUnknown: true })),
      (problems) => invalidBody(problems.map((problem) => ({ ...problem, path: asSent(problem.path, sent) })))
    )
  })
}

const readCodeTask = readBody(CodeTask)
const readDocsRequest = readBody(DocsRequest)

const spelling = {
  task_id: "taskId",
  repository_url: "repositoryUrl",
  docs_repository_url: "docsRepositoryUrl",
  docs_project_directory: "docsProjectDirectory",
  docs_branch: "docsBranch",
  working_directory: "workingDirectory",
  github_user: "githubUser",
  local_tools: "localTools",
  remote_tools: "remoteTools",
  context_version: "contextVersion",
  prompt_modification: "promptModification",
  continue_session: "continueSession",
  overwrite_memory: "overwriteMemory"
} as const

const specOfCodeTask = ({ env_from_secrets, tool_config: _, ...task }: CodeTask): NewCodeRun["spec"] => ({
  ...Struct.renameKeys(task, spelling),
  cancel: false,
  ...(env_from_secrets === undefined ? {} : {
    envFromSecrets: env_from_secrets.map((secret) =>
      Struct.renameKeys(secret, { secret_name: "secretName", secret_key: "secretKey" })
    )
  })
})

const submit = Effect.fnUntraced(function*(runs: RunAccess, wanted: NewRun, what: string) {
  const created: CreatedRun = yield* createRun(runs, wanted)
  yield* announce(runs, created)
  const { name = "", namespace = "" } = created.run.metadata
  return {
    success: true,
    message: created.replayed ? `${what} was already accepted as ${name}` : `${what} is accepted as ${name}`,
    data: { name, namespace, links: linksOf(runs.kind, name) }
  }
})

export const SubmissionsHandlers = HttpApiBuilder.group(
  Api,
  "submissions",
  Effect.fnUntraced(function*(handlers) {
    const code = yield* runAccess(codeRun)
    const docs = yield* runAccess(docsRun)
    return handlers
      .handleRaw(
        "codeTask",
        ({ headers, request }) =>
          Effect.flatMap(Effect.all([code, readCodeTask(request)]), ([runs, task]) => {
            const wanted = newCodeRun(runs.settings, { spec: specOfCodeTask(task) }, headers["idempotency-key"])
            const annotations = task.tool_config === undefined ? {} : { [toolConfigAnnotation]: task.tool_config }
            return submit(runs, { ...wanted, annotations, request: task }, `Task ${task.task_id} of ${task.service}`)
          })
      )
      .handleRaw(
        "generateDocs",
        ({ headers, request }) =>
          Effect.flatMap(Effect.all([docs, readDocsRequest(request)]), ([runs, body]) => {
            const spec = {
              repositoryUrl: body.repository_url,
              workingDirectory: body.working_directory,
              sourceBranch: body.source_branch,
              githubUser: body.github_user,
              cancel: false,
              ...(body.model === undefined ? {} : { model: body.model })
            }
            return submit(runs, newDocsRun(runs.settings, { spec }, headers["idempotency-key"]), "The documentation")
          })
      )
  })
)
