import type { CodeRunSpec } from "@orchestrator/domain/CodeRun"
import { defaultModel, type ModelDefaults } from "@orchestrator/domain/DefaultModel"
import { issueAddress } from "@orchestrator/domain/IssueUrl"
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Schema } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../../contract/Api.ts"
import { codeRunAnswer, type NewCodeRun } from "../../contract/kinds/CodeRuns.ts"
import type { NewRun } from "../CreateRun.ts"
import { startNextAttempt } from "../RetryRun.ts"
import { runAccess } from "../RunAccess.ts"
import { answersOf } from "../RunAnswer.ts"
import { runHandlers } from "../RunHandlers.ts"
import { codeRunStem } from "../RunNames.ts"

const taskIdFor = ({ issue, taskId }: NewCodeRun["spec"]): number | undefined =>
  taskId ?? (issue === undefined ? undefined : issueAddress(issue)?.number)

/** The run that a request asks for, with what the configuration fills in. */
export const newCodeRun = (
  defaults: ModelDefaults,
  { name, spec }: NewCodeRun,
  key: string | undefined
): NewRun & { readonly spec: Partial<typeof CodeRunSpec.Encoded> } => ({
  name,
  stem: codeRunStem(spec.service, taskIdFor(spec)),
  spec: {
    ...spec,
    taskId: taskIdFor(spec) ?? 0,
    docsRepositoryUrl: spec.docsRepositoryUrl ?? spec.repositoryUrl,
    model: spec.model ?? defaultModel(defaults, spec, "defaultCodeModel"),
    workingDirectory: spec.workingDirectory ?? spec.service
  },
  request: { name, spec },
  key
})

const answer = answersOf(codeRun)
const encode = Schema.encodeSync(codeRunAnswer)

/** The JSON text of an answer about a run. */
export const codeRunAnswerText = (run: CustomObject): string => JSON.stringify(encode(answer(run)))

const own = { newRun: newCodeRun, retry: startNextAttempt, answer, answerText: codeRunAnswerText }

export const CodeRunsHandlers = HttpApiBuilder.group(
  Api,
  "codeRuns",
  (handlers) => Effect.map(runAccess(codeRun), (runs) => handlers.handleAll(runHandlers(runs, own)))
)
