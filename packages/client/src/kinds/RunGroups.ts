/** The typed client's part for each kind of runs as one type, for whoever is told the kind while the program runs. */
import type { AnyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import type { Schema } from "effect"
import type { OrchestratorClient } from "../OrchestratorClient.ts"
import type { RunGroup } from "../RunGroup.ts"
import type { CodeRun, CodeRunFilters, CommonTypes, DocsRun, DocsRunFilters } from "./RunTypes.ts"

export type RunKindName = AnyRunKind["kind"]
export type AnyRun = CodeRun | DocsRun

interface AnyTypes extends CommonTypes {
  readonly newRun: Schema.Constraint
  /** What a kind does not select by, it refuses. */
  readonly filters: CodeRunFilters & DocsRunFilters
  readonly selector: object
  readonly retry: { readonly force?: boolean; readonly promptModification?: string }
  readonly cancelMany: unknown
  readonly retryMany: unknown
  readonly run: AnyRun
}

/** What runs are begun with and selected by differs by kind; the rest is the same. */
export type AnyRunGroup = Omit<RunGroup<AnyTypes>, "create" | "plan" | "cancelMany" | "retryMany">

export const groupOf = ({ codeRuns, docsRuns }: OrchestratorClient["Service"], kind: RunKindName): AnyRunGroup => {
  const groups: Readonly<Record<RunKindName, AnyRunGroup>> = { CodeRun: codeRuns, DocsRun: docsRuns }
  return groups[kind]
}
