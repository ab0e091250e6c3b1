/** One change of many runs, of one kind each, by their names. */
import type { BulkAnswer } from "@orchestrator/client/kinds/RunTypes"
import type { Orchestrator } from "@orchestrator/client/promises/Orchestrator"
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"

export type BulkVerb = "cancel" | "retry"

export interface BulkChange {
  readonly names: ReadonlyArray<string>
  /** Nothing is done; the answer says what would be. */
  readonly dryRun: boolean
  /** For the next attempt, of kinds whose runs have several. */
  readonly hint?: string | undefined
}

/** In one request: at most 500 names. */
export const changeRuns = (
  { codeRuns, docsRuns }: Pick<Orchestrator, "codeRuns" | "docsRuns">,
  kind: KindName,
  verb: BulkVerb,
  { hint, ...named }: BulkChange
): Promise<BulkAnswer> => {
  const request = { ...named, selector: {} }
  const ways: Readonly<Record<KindName, Readonly<Record<BulkVerb, () => Promise<BulkAnswer>>>>> = {
    CodeRun: {
      cancel: () => codeRuns.cancelMany(request),
      retry: () => codeRuns.retryMany({ ...request, ...(hint === undefined ? {} : { promptModification: hint }) })
    },
    DocsRun: { cancel: () => docsRuns.cancelMany(request), retry: () => docsRuns.retryMany(request) }
  }
  return ways[kind][verb]()
}
