/** The handlers of every kind of run. */
import { Layer } from "effect"
import { CodeRunsHandlers } from "./CodeRuns.ts"
import { DocsRunsHandlers } from "./DocsRuns.ts"

export const RunGroupsHandlers = Layer.mergeAll(CodeRunsHandlers, DocsRunsHandlers)
