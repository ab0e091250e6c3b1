/**
 * Pages of runs. Filters are applied here, because runs that were made by kubectl carry no labels and older API servers do not select by
 * status: pages of the cluster are read until this page is full, so that its `continue` is exact.
 */
import { phaseOf } from "@orchestrator/domain/RunView"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import { listProblem } from "./ClusterProblems.ts"
import type { RunAccess } from "./RunAccess.ts"

/** And texts that the kind's own filters ask for, by field. */
export interface RunFilters {
  readonly phase?: string
  readonly user?: string
  readonly limit?: number
  readonly continue?: string
}

interface Page {
  readonly items: ReadonlyArray<CustomObject>
  readonly continue?: string
}

const defaultLimit = 100
/** Pages of the cluster that one request reads at most; what is then missing is asked for with `continue`. */
const mostReads = 20

const matches = ({ kind }: RunAccess, { phase, user, ...others }: RunFilters) => {
  const own = Object.entries(others).filter(([field]) => Object.hasOwn(kind.filters, field))
  return (run: CustomObject): boolean =>
    (phase === undefined || phaseOf(run) === phase) &&
    (user === undefined || run.spec["githubUser"] === user) &&
    own.every(([field, text]) => run.spec[field] === text)
}

export const listRuns = Effect.fn("http.listRuns")(function*(runs: RunAccess, filters: RunFilters) {
  const limit = filters.limit ?? defaultLimit
  const fits = matches(runs, filters)
  const found: Array<CustomObject> = []
  let next = filters.continue
  for (let reads = 0; reads < mostReads && found.length < limit; reads++) {
    const wanted = limit - found.length
    const page = yield* runs.client.list(runs.resource, {
      namespace: runs.settings.namespace,
      limit: wanted,
      continue: next
    }).pipe(Effect.mapError(listProblem))
    found.push(...page.items.filter(fits))
    next = page.metadata.continue
    if (next === undefined || next === "") break
    // A page that comes with fewer than it could have had large runs: their rest is another request's.
    if (page.items.length < wanted) break
  }
  return { items: found, ...(next === undefined || next === "" ? {} : { continue: next }) } satisfies Page
})
