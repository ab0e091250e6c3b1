/**
 * The runs that this replica follows, for lists that may be answered from memory: which there are, in which version, in what order. Whoever
 * assembles the program has the stores. Nothing here is told to anybody before the cluster has said that they may list.
 */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import type { Identity, Store } from "@orchestrator/k8s/Store"
import { Context, Effect, Record } from "effect"
import { byAge, byName, makeRunOrder, type RunOrder, type RunPlace } from "./RunOrder.ts"

export interface CachedRun extends Identity {
  readonly createdAt: string
}

type CachedRuns = Pick<Store<CachedRun>, "get" | "values" | "revision" | "observe">

export type CachedSort = "name" | "createdAt" | "-createdAt"

/** Runs of one kind in one namespace, at one moment. */
export interface Cached {
  /** It has everything up to this revision, and perhaps some of what is later. */
  readonly resourceVersion: string
  /** Another number whenever any run of the kind has changed. */
  readonly version: number
  /** So many runs after a place, or from the beginning, and whether more follow. */
  readonly page: (
    sort: CachedSort,
    after: RunPlace | undefined,
    limit: number
  ) => { readonly runs: ReadonlyArray<CachedRun>; readonly hasMore: boolean }
}

export class RunCache extends Context.Service<RunCache, {
  /** Undefined while they are not followed. */
  readonly runsIn: (kind: KindName, namespace: string) => Effect.Effect<Cached | undefined>
}>()("@orchestrator/http/services/RunCache") {}

const namesOf = (runs: CachedRuns, namespace: string) => ({
  *all() {
    for (const run of runs.values()) if (run.namespace === namespace) yield run
  },
  get: (name: string) => runs.get({ namespace, name })
})

/** Orders that are kept, of namespaces that were asked for, of which there may be none any more; after so many it begins anew. */
const mostNamespaces = 500

const followed = (runs: CachedRuns) => {
  let version = 0
  /** By namespace; only of those that were asked for. */
  const orders = new Map<string, { readonly name: RunOrder; readonly age: RunOrder }>()
  runs.observe(({ name, namespace }) => {
    version += 1
    const there = orders.get(namespace)
    there?.name.changed(name)
    there?.age.changed(name)
  })
  const ordersIn = (namespace: string) => {
    const there = orders.get(namespace)
    if (there !== undefined) return there
    const names = namesOf(runs, namespace)
    const made = { name: makeRunOrder(byName, names), age: makeRunOrder(byAge, names) }
    if (orders.size >= mostNamespaces) orders.clear()
    orders.set(namespace, made)
    return made
  }
  return (namespace: string): Cached => ({
    resourceVersion: runs.revision(namespace),
    version,
    page: (sort, after, limit) => {
      const order = sort === "name" ? ordersIn(namespace).name : ordersIn(namespace).age
      const places = order.places()
      const newestFirst = sort === "-createdAt"
      const [first, past] = after === undefined ? [places.length, 0] : order.around(after)
      const from = newestFirst ? Math.max(0, first - limit) : past
      const to = newestFirst ? first : past + limit
      const page = places.slice(from, to).flatMap(({ name }) => runs.get({ namespace, name }) ?? [])
      return newestFirst
        ? { runs: page.toReversed(), hasMore: from > 0 }
        : { runs: page, hasMore: to < places.length }
    }
  })
}

/** `isFollowing`: whether the stores have had their first list and hear of changes. */
export const makeRunCache = (
  stores: Readonly<Record<KindName, CachedRuns>>,
  isFollowing: Effect.Effect<boolean>
): RunCache["Service"] => {
  const kinds = Record.map(stores, followed)
  return RunCache.of({
    runsIn: (kind, namespace) =>
      Effect.map(isFollowing, (following) => {
        const cached = kinds[kind](namespace)
        return following && cached.resourceVersion !== "" ? cached : undefined
      })
  })
}
