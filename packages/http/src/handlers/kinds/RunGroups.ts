/** The handlers of every kind of run, and how its runs are answered with. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Layer } from "effect"
import { codeRunAnswerText, CodeRunsHandlers } from "./CodeRuns.ts"
import { docsRunAnswerText, DocsRunsHandlers } from "./DocsRuns.ts"

export const RunGroupsHandlers = Layer.mergeAll(CodeRunsHandlers, DocsRunsHandlers)

/** The JSON text of an answer about a run. */
export const answerTextOf: Readonly<Record<KindName, (run: CustomObject) => string>> = {
  CodeRun: codeRunAnswerText,
  DocsRun: docsRunAnswerText
}
