/**
 * A store of objects of several namespaces, each followed by itself: a part for each, with a revision of its own, and all of them to be read as
 * one. What a list of one namespace says takes the place of that part alone.
 */
import { Latch } from "effect"
import type { Identity, IndexValue, Store, StoreKey } from "./Store.ts"

export interface PartedStore<A> extends Store<A> {
  /** What the reflector of a namespace fills. */
  readonly part: (namespace: string) => Store<A>
}

const nothing: ReadonlyArray<never> = []

export const makePartedStore = <A extends Identity>(
  namespaces: ReadonlyArray<string>,
  makePart: () => Store<A>
): PartedStore<A> => {
  const parts = new Map(namespaces.map((namespace) => [namespace, makePart()]))
  const all = [...parts.values()]
  /** What is in none of the namespaces is kept nowhere. */
  const nowhere = makePart()
  const part = (namespace = ""): Store<A> => parts.get(namespace) ?? nowhere
  const inItsPart = (take: "put" | "remove" | "wrote") => (object: A) => {
    if (parts.has(object.namespace)) part(object.namespace)[take](object)
  }
  function* values() {
    for (const each of all) yield* each.values()
  }
  return {
    part,
    get: (key: StoreKey) => part(key.namespace).get(key),
    has: (version) => part(version.namespace).has(version),
    knows: (version) => part(version.namespace).knows(version),
    values,
    by: (index: string, value: IndexValue) => {
      const found = all.map((each) => each.by(index, value)).filter((some) => some.length > 0)
      return found.length <= 1 ? found[0] ?? nothing : found.flat()
    },
    anyBy: (index: string, value: IndexValue, isSo: (object: A) => boolean) =>
      all.some((each) => each.anyBy(index, value, isSo)),
    size: () => all.reduce((sum, each) => sum + each.size(), 0),
    revision: (namespace) => part(namespace).revision(),
    heard: () => all.reduce((sum, each) => sum + each.heard(), 0),
    observe: (listener) => {
      for (const each of all) each.observe(listener)
    },
    put: inItsPart("put"),
    remove: inItsPart("remove"),
    wrote: inItsPart("wrote"),
    read: (object) => {
      if (parts.has(object.namespace)) part(object.namespace).read(object)
    },
    advance: () => undefined,
    reset: () => nothing,
    pack: nowhere.pack,
    settle: (count) => all.filter((each) => each.settle(count)).length > 0,
    isBehind: Latch.makeUnsafe()
  }
}

/** What the reflector of a namespace fills; of a store that is in no parts the whole. */
export const partOf = <A>(store: Store<A> | PartedStore<A>, namespace: string | undefined): Store<A> =>
  "part" in store && namespace !== undefined ? store.part(namespace) : store
