/** The routes of every kind of run, and what they answer with. */
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import { docsRun } from "@orchestrator/domain/kinds/DocsRunKind"
import { Schema } from "effect"
import { codeRunAnswer, CodeRuns } from "./CodeRuns.ts"
import { docsRunAnswer, DocsRuns } from "./DocsRuns.ts"

export const runGroups = [CodeRuns, DocsRuns] as const

/** What runs of some kind or other are selected by. */
export const everyFilter = { ...codeRun.filters, ...docsRun.filters }

export const AnyRunAnswer = Schema.Union([codeRunAnswer, docsRunAnswer])
