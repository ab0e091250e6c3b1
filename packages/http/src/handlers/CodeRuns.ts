import type { CodeRunSpec } from "@orchestrator/domain/CodeRun"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../contract/Api.ts"
import type { NewCodeRun } from "../contract/CodeRuns.ts"
import type { HttpSettingsValue } from "../server/HttpSettings.ts"
import { cancelRun } from "./CancelRun.ts"
import { createRun, type NewRun } from "./CreateRun.ts"
import { listRuns } from "./ListRuns.ts"
import { announce } from "./Replies.ts"
import { retryCodeRun } from "./RetryRun.ts"
import { codeRunAccess, deleteRun, getRun } from "./RunAccess.ts"
import { codeRunAnswer } from "./RunAnswer.ts"
import { runFiles } from "./RunFiles.ts"
import { runLogs } from "./RunLogs.ts"
import { codeRunStem } from "./RunNames.ts"

/** The run that a request asks for, with what the configuration fills in. */
export const newCodeRun = (
  { models }: HttpSettingsValue,
  { name, spec }: NewCodeRun,
  key: string | undefined
): NewRun & { readonly spec: Partial<typeof CodeRunSpec.Encoded> } => ({
  name,
  stem: codeRunStem(spec.service, spec.taskId),
  spec: {
    ...spec,
    model: spec.model ?? models.defaultCodeModel,
    workingDirectory: spec.workingDirectory ?? spec.service
  },
  request: { name, spec },
  key
})

export const CodeRunsHandlers = HttpApiBuilder.group(
  Api,
  "codeRuns",
  Effect.fnUntraced(function*(handlers) {
    const runs = yield* codeRunAccess
    return handlers.handleAll({
      list: ({ query }) =>
        Effect.map(listRuns(runs, query), (page) => ({ ...page, items: page.items.map(codeRunAnswer) })),
      create: ({ headers, payload }) =>
        createRun(runs, newCodeRun(runs.settings, payload, headers["idempotency-key"])).pipe(
          Effect.tap((created) => announce(runs.path, created)),
          Effect.map(({ run }) => codeRunAnswer(run))
        ),
      get: ({ params }) => Effect.map(getRun(runs, params.name), codeRunAnswer),
      delete: ({ params }) => deleteRun(runs, params.name),
      retry: ({ params, payload }) => Effect.map(retryCodeRun(runs, params.name, payload ?? {}), codeRunAnswer),
      cancel: ({ params }) => Effect.map(cancelRun(runs, params.name), codeRunAnswer),
      logs: ({ params, query }) => runLogs(runs, params.name, query),
      files: ({ params }) => runFiles(runs, params.name),
      attempts: ({ params }) =>
        Effect.map(getRun(runs, params.name), (run) => ({ items: codeRunAnswer(run).status?.attempts ?? [] }))
    })
  })
)
