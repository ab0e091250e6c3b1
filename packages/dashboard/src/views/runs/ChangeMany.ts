/** One change of many runs: a request for each kind and each 500 of their names, whose answers are put together. */
import type { BulkAnswer } from "@orchestrator/client/kinds/RunTypes"
import type { Orchestrator } from "@orchestrator/client/promises/Orchestrator"
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { type BulkChange, type BulkVerb, changeRuns } from "../../connect/kinds/ChangeMany.ts"
import type { RunRow } from "../../show/RunRow.ts"

export type Became = BulkAnswer["items"][number] & { readonly kind: KindName }

export type Chosen = Pick<RunRow, "kind" | "name">

const most = 500

interface Batch {
  readonly kind: KindName
  readonly names: ReadonlyArray<string>
}

/** By kind, in parts that a request takes. */
export const batches = (runs: ReadonlyArray<Chosen>): ReadonlyArray<Batch> =>
  [...Map.groupBy(runs, ({ kind }) => kind)].flatMap(([kind, ofKind]) =>
    Array.from({ length: Math.ceil(ofKind.length / most) }, (_, index) => ({
      kind,
      names: ofKind.slice(index * most, (index + 1) * most).map(({ name }) => name)
    }))
  )

export const changeMany = async (
  api: Pick<Orchestrator, "codeRuns" | "docsRuns">,
  verb: BulkVerb,
  runs: ReadonlyArray<Chosen>,
  how: Omit<BulkChange, "names">
): Promise<ReadonlyArray<Became>> => {
  const all: Array<Became> = []
  for (const { kind, names } of batches(runs)) {
    const { items } = await changeRuns(api, kind, verb, { ...how, names })
    all.push(...items.map((item) => ({ ...item, kind })))
  }
  return all
}
