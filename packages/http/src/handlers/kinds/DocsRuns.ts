import { defaultModel, type ModelDefaults } from "@orchestrator/domain/DefaultModel"
import { docsRun } from "@orchestrator/domain/kinds/DocsRunKind"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Schema } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../../contract/Api.ts"
import { docsRunAnswer, type NewDocsRun } from "../../contract/kinds/DocsRuns.ts"
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

const answer = answersOf(docsRun)
const encode = Schema.encodeSync(docsRunAnswer)

/** The JSON text of an answer about a run. */
export const docsRunAnswerText = (run: CustomObject): string => JSON.stringify(encode(answer(run)))

const own = { newRun: newDocsRun, retry: startSuccessor, answer, answerText: docsRunAnswerText }

export const DocsRunsHandlers = HttpApiBuilder.group(
  Api,
  "docsRuns",
  (handlers) => Effect.map(runAccess(docsRun), (runs) => handlers.handleAll(runHandlers(runs, own)))
)
