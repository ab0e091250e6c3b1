/** The handlers of every kind of run, and how its runs are answered with. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Layer, Schema } from "effect"
import { codeRunAnswer } from "../../contract/kinds/CodeRuns.ts"
import { docsRunAnswer } from "../../contract/kinds/DocsRuns.ts"
import { codeRunAnswerOf, CodeRunsHandlers } from "./CodeRuns.ts"
import { docsRunAnswerOf, DocsRunsHandlers } from "./DocsRuns.ts"

export const RunGroupsHandlers = Layer.mergeAll(CodeRunsHandlers, DocsRunsHandlers)

/** The JSON text of an answer about a run. */
export const answerTextOf: Readonly<Record<KindName, (run: CustomObject) => string>> = {
  CodeRun: (run) => JSON.stringify(Schema.encodeSync(codeRunAnswer)(codeRunAnswerOf(run))),
  DocsRun: (run) => JSON.stringify(Schema.encodeSync(docsRunAnswer)(docsRunAnswerOf(run)))
}
