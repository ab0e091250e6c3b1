import { defaultModel, type ModelDefaults } from "@orchestrator/domain/DefaultModel"
import { docsRun } from "@orchestrator/domain/kinds/DocsRunKind"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../../contract/Api.ts"
import type { NewDocsRun } from "../../contract/kinds/DocsRuns.ts"
import type { NewRun } from "../CreateRun.ts"
import { startSuccessor } from "../RetryRun.ts"
import { runAccess } from "../RunAccess.ts"
import { answersOf } from "../RunAnswer.ts"
import { runHandlers } from "../RunHandlers.ts"
import { docsRunStem } from "../RunNames.ts"

/** The run that a request asks for, with what the configuration fills in. */
export const newDocsRun = (
  defaults: ModelDefaults,
  { name, spec }: NewDocsRun,
  key: string | undefined
): NewRun => ({
  name,
  stem: docsRunStem(spec.repositoryUrl),
  spec: { ...spec, model: spec.model ?? defaultModel(defaults, spec, "defaultDocsModel") },
  request: { name, spec },
  key
})

export const docsRunAnswerOf = answersOf(docsRun)

const own = { newRun: newDocsRun, retry: startSuccessor, answer: docsRunAnswerOf }

export const DocsRunsHandlers = HttpApiBuilder.group(
  Api,
  "docsRuns",
  (handlers) => Effect.map(runAccess(docsRun), (runs) => handlers.handleAll(runHandlers(runs, own)))
)
