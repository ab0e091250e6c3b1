/** The routes of every kind of run. */
import { CodeRuns } from "./CodeRuns.ts"
import { DocsRuns } from "./DocsRuns.ts"

export const runGroups = [CodeRuns, DocsRuns] as const
