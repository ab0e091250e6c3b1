/**
 * Pages of runs, read from the cluster in parts of bounded size. Filters are applied here, because runs that were made by kubectl carry no
 * labels of ours and older API servers do not select by status. A page's `continue` names the run that was listed last, by what never
 * changes of it: so what is made or deleted meanwhile makes no run come twice, and leaves none out that was there all along.
 */
import { present } from "@orchestrator/domain/Present"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import type { InvalidRequest } from "../contract/Problem.ts"
import type { RunFilters, Sort } from "../contract/RunFilters.ts"
import { type ClusterProblem, invalidToken, listProblem, wholeProblem } from "./ClusterProblems.ts"
import { requestHash } from "./Idempotency.ts"
import { decodeToken, encodeToken, type Position } from "./PageToken.ts"
import type { RunAccess } from "./RunAccess.ts"
import { runMatcher, selectorOf } from "./RunMatch.ts"

export interface ListOptions extends RunFilters {
  readonly sort?: Sort
  readonly limit?: number
  readonly continue?: string
  /** "0": whatever is known, however old. */
  readonly resourceVersion?: "0"
}

export interface Page {
  readonly items: ReadonlyArray<CustomObject>
  readonly continue?: string
  /** Of the cluster, when it was read: nothing in it is older. */
  readonly resourceVersion: string
}

interface Part extends Omit<Page, "continue"> {
  readonly next: Position | undefined
}

export const defaultLimit = 100
/** Runs that are read at a time where not all of them are listed. */
const partSize = 500
/** Parts that one request reads at most of a list by name; what is then missing is asked for with `continue`. */
const mostParts = 20

interface Asked {
  readonly fits: (run: CustomObject) => boolean
  readonly isFiltered: boolean
  readonly limit: number
  readonly from: Position
}

const readPart = (runs: RunAccess, filters: RunFilters, limit: number, next: string | undefined) =>
  runs.client.list(runs.resource, {
    namespace: runs.settings.namespace,
    labelSelector: selectorOf(filters),
    limit,
    continue: next
  }).pipe(
    Effect.map(({ items, metadata: { continue: next, resourceVersion } }) => ({
      items,
      resourceVersion,
      next: next === "" ? undefined : next
    }))
  )

/** Shows every run to a function, some at a time: what it keeps of them is all that is kept. Answers with the revision of the first part. */
export const eachRun = Effect.fnUntraced(function*(
  runs: RunAccess,
  filters: RunFilters,
  visit: (part: ReadonlyArray<CustomObject>) => void
): Effect.fn.Return<string, ClusterProblem> {
  let cluster: string | undefined
  let revision: string | undefined
  do {
    const part = yield* Effect.mapError(readPart(runs, filters, partSize, cluster), wholeProblem)
    visit(part.items)
    cluster = part.next
    revision ??= part.resourceVersion
  } while (cluster !== undefined)
  return revision
})

const keyOf = ({ metadata }: CustomObject) => ({
  name: metadata.name ?? "",
  createdAt: metadata.creationTimestamp ?? ""
})
type Key = ReturnType<typeof keyOf>

/** In the order of the cluster itself, which pages keep. */
const byName = Effect.fnUntraced(function*(
  runs: RunAccess,
  filters: RunFilters,
  { fits, from, isFiltered, limit }: Asked
): Effect.fn.Return<Part, ReturnType<ReturnType<typeof listProblem>>> {
  const items: Array<CustomObject> = []
  let { after, cluster } = from
  let resourceVersion = ""
  for (let parts = 0; parts < mostParts && items.length < limit; parts++) {
    const size = isFiltered || after !== undefined ? partSize : limit - items.length
    const part = yield* Effect.mapError(readPart(runs, filters, size, cluster), listProblem(cluster))
    if (resourceVersion === "") resourceVersion = part.resourceVersion
    const fitting = part.items.filter((run) => (after === undefined || keyOf(run).name > after.name) && fits(run))
    const taken = fitting.slice(0, limit - items.length)
    items.push(...taken)
    const last = taken.at(-1)
    if (last !== undefined && taken.length < fitting.length) {
      return { items, resourceVersion, next: { ...present("cluster", cluster), after: keyOf(last) } }
    }
    cluster = part.next
    // A page from the cache may have ended many parts further on.
    if (after !== undefined && (part.items.at(-1)?.metadata.name ?? "") >= after.name) after = undefined
    if (cluster === undefined) return { items, resourceVersion, next: undefined }
    // A part that comes with fewer than it could have had large runs: the rest is another request's.
    if (part.items.length < size) break
  }
  const next = cluster === undefined ? undefined : { cluster, ...present("after", after) }
  return { items, resourceVersion, next }
})

const orderOf = (sort: Sort) => {
  const direction = sort === "createdAt" ? 1 : -1
  return (left: Key, right: Key): number => {
    const [one, other] = left.createdAt === right.createdAt
      ? [left.name, right.name]
      : [left.createdAt, right.createdAt]
    return one === other ? 0 : direction * (one < other ? -1 : 1)
  }
}

/** The cluster has no such order: all is read, and of it no more kept than the page. */
const byAge = Effect.fnUntraced(function*(
  runs: RunAccess,
  filters: RunFilters,
  { fits, from: { after }, limit }: Asked,
  sort: Sort
): Effect.fn.Return<Part, ClusterProblem> {
  const order = orderOf(sort)
  let kept: ReadonlyArray<CustomObject> = []
  const resourceVersion = yield* eachRun(runs, filters, (part) => {
    const fitting = part.filter((run) => (after === undefined || order(keyOf(run), after) > 0) && fits(run))
    kept = [...kept, ...fitting].sort((left, right) => order(keyOf(left), keyOf(right))).slice(0, limit + 1)
  })
  const items = kept.slice(0, limit)
  const last = items.at(-1)
  return {
    items,
    resourceVersion,
    next: last === undefined || kept.length <= limit ? undefined : { after: keyOf(last) }
  }
})

/** Of one list. */
export const tokensOf = (
  { kind }: Pick<RunAccess, "kind">,
  { sort = "name", ...filters }: RunFilters & { sort?: Sort }
) => {
  const list = `${kind.plural} ${sort} ${requestHash(filters)}`
  return {
    read: (token: string | undefined): Effect.Effect<Position, InvalidRequest> => {
      const from = token === undefined ? {} : decodeToken(list, token)
      return from === undefined ? Effect.fail(invalidToken(token ?? "")) : Effect.succeed(from)
    },
    write: (next: Position): string => encodeToken(list, next)
  }
}

export const listRuns = Effect.fn("http.listRuns")(function*(runs: RunAccess, options: ListOptions) {
  const { continue: token, limit = defaultLimit, resourceVersion: _, sort = "name", ...filters } = options
  const tokens = tokensOf(runs, { sort, ...filters })
  const from = yield* tokens.read(token)
  const fits = runMatcher(runs.kind, filters)
  const asked: Asked = { fits: fits ?? (() => true), isFiltered: fits !== undefined, limit, from }
  const { next, ...part } = yield* sort === "name" ? byName(runs, filters, asked) : byAge(runs, filters, asked, sort)
  const page: Page = { ...part, ...(next === undefined ? {} : { continue: tokens.write(next) }) }
  return page
})
