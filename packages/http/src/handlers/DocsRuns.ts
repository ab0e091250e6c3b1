import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../contract/Api.ts"
import type { NewDocsRun } from "../contract/DocsRuns.ts"
import type { HttpSettingsValue } from "../server/HttpSettings.ts"
import { cancelRun } from "./CancelRun.ts"
import { createRun, type NewRun } from "./CreateRun.ts"
import { listRuns } from "./ListRuns.ts"
import { announce } from "./Replies.ts"
import { retryDocsRun } from "./RetryRun.ts"
import { deleteRun, docsRunAccess, getRun } from "./RunAccess.ts"
import { docsRunAnswer } from "./RunAnswer.ts"
import { runFiles } from "./RunFiles.ts"
import { runLogs } from "./RunLogs.ts"
import { docsRunStem } from "./RunNames.ts"

/** The run that a request asks for, with what the configuration fills in. */
export const newDocsRun = (
  { models }: HttpSettingsValue,
  { name, spec }: NewDocsRun,
  key: string | undefined
): NewRun => ({
  name,
  stem: docsRunStem(spec.repositoryUrl),
  spec: { ...spec, model: spec.model ?? models.defaultDocsModel },
  request: { name, spec },
  key
})

export const DocsRunsHandlers = HttpApiBuilder.group(
  Api,
  "docsRuns",
  Effect.fnUntraced(function*(handlers) {
    const runs = yield* docsRunAccess
    return handlers.handleAll({
      list: ({ query }) =>
        Effect.map(listRuns(runs, query), (page) => ({ ...page, items: page.items.map(docsRunAnswer) })),
      create: ({ headers, payload }) =>
        createRun(runs, newDocsRun(runs.settings, payload, headers["idempotency-key"])).pipe(
          Effect.tap((created) => announce(runs.path, created)),
          Effect.map(({ run }) => docsRunAnswer(run))
        ),
      get: ({ params }) => Effect.map(getRun(runs, params.name), docsRunAnswer),
      delete: ({ params }) => deleteRun(runs, params.name),
      retry: ({ params, payload }) => Effect.map(retryDocsRun(runs, params.name, payload ?? {}), docsRunAnswer),
      cancel: ({ params }) => Effect.map(cancelRun(runs, params.name), docsRunAnswer),
      logs: ({ params, query }) => runLogs(runs, params.name, query),
      files: ({ params }) => runFiles(runs, params.name),
      attempts: ({ params }) =>
        Effect.map(getRun(runs, params.name), (run) => ({ items: docsRunAnswer(run).status?.attempts ?? [] }))
    })
  })
)
