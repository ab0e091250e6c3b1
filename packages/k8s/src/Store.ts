/**
 * A cache of one kind, fed by a Reflector and by the answers to our own writes, for read-your-writes. Reads are
 * synchronous. A write's answer is taken only while the stream has not yet passed its revision: what the stream says is newer.
 */
import type { KubernetesObject } from "./Objects.ts"

export interface StoreKey {
  readonly namespace?: string | undefined
  readonly name: string
}

/** What objects are found under. An integer takes no room of its own: a hash, where objects have many long values. */
export type IndexValue = string | number

export type Indexer<A> = (object: A) => ReadonlyArray<IndexValue>

export interface Store<A extends KubernetesObject> {
  readonly get: (key: StoreKey) => A | undefined
  readonly values: () => IterableIterator<A>
  /** Objects under a value of an index, in no order. */
  readonly by: (index: string, value: IndexValue) => ReadonlyArray<A>
  readonly size: () => number
  /** Newest revision that the stream has delivered; "" before the first list. */
  readonly revision: () => string
  /** The stream's word: object added or changed. */
  readonly put: (object: A) => void
  /** The stream's word: object gone. */
  readonly remove: (object: A) => void
  /** Progress without a change, from bookmarks. */
  readonly advance: (revision: string) => void
  /** A whole list, in place of everything; answers with the objects that are gone. */
  readonly reset: (objects: ReadonlyArray<A>, revision: string) => ReadonlyArray<A>
  /** The answer to a write of ours. */
  readonly wrote: (object: A) => void
}

/** Revisions are decimal numbers that only grow; longer is larger. */
export const isNewer = (left: string, right: string): boolean =>
  left.length === right.length ? left > right : left.length > right.length

export const storeKey = ({ name, namespace }: StoreKey): string => `${namespace ?? ""}/${name}`

/** By value the key of its object, or the keys: most values have one, and a Set of its own would be larger than what is kept of the object. */
type Index = Map<IndexValue, string | Set<string>>

const noKeys: ReadonlyArray<string> = []

const keysOf = (keys: string | Set<string> | undefined): Iterable<string> =>
  keys === undefined ? noKeys : typeof keys === "string" ? [keys] : keys

export const makeStore = <A extends KubernetesObject>(
  indexers: Readonly<Record<string, Indexer<A>>> = {}
): Store<A> => {
  const objects = new Map<string, A>()
  const indexes = new Map<string, Index>(Object.keys(indexers).map((name) => [name, new Map()]))
  let revision = ""

  const keyOf = (object: A) => storeKey({ name: object.metadata.name ?? "", namespace: object.metadata.namespace })
  const versionOf = (object: A) => object.metadata.resourceVersion ?? ""

  const unindex = (key: string, object: A) => {
    for (const [name, index] of indexes) {
      for (const value of indexers[name]?.(object) ?? []) {
        const keys = index.get(value)
        if (typeof keys === "object") keys.delete(key)
        if (keys === key || (typeof keys === "object" && keys.size === 0)) index.delete(value)
      }
    }
  }
  const set = (object: A) => {
    const key = keyOf(object)
    const before = objects.get(key)
    if (before !== undefined) unindex(key, before)
    objects.set(key, object)
    for (const [name, index] of indexes) {
      for (const value of indexers[name]?.(object) ?? []) {
        const keys = index.get(value)
        if (keys === undefined) index.set(value, key)
        else if (typeof keys === "object") keys.add(key)
        else if (keys !== key) index.set(value, new Set([keys, key]))
      }
    }
  }
  const drop = (key: string) => {
    const before = objects.get(key)
    if (before === undefined) return
    unindex(key, before)
    objects.delete(key)
  }
  const advance = (to: string) => {
    if (isNewer(to, revision)) revision = to
  }

  return {
    get: (key) => objects.get(storeKey(key)),
    values: () => objects.values(),
    by: (index, value) => {
      const found: Array<A> = []
      for (const key of keysOf(indexes.get(index)?.get(value))) {
        const object = objects.get(key)
        if (object !== undefined) found.push(object)
      }
      return found
    },
    size: () => objects.size,
    revision: () => revision,
    put: (object) => {
      const before = objects.get(keyOf(object))
      if (before === undefined || !isNewer(versionOf(before), versionOf(object))) set(object)
      advance(versionOf(object))
    },
    remove: (object) => {
      const before = objects.get(keyOf(object))
      if (before?.metadata.uid === object.metadata.uid) drop(keyOf(object))
      advance(versionOf(object))
    },
    advance,
    reset: (list, to) => {
      const kept = new Set(list.map(keyOf))
      const gone = [...objects].filter(([key, object]) => !kept.has(key) && !isNewer(versionOf(object), to))
      for (const [key] of gone) drop(key)
      for (const object of list) {
        const before = objects.get(keyOf(object))
        if (before === undefined || !isNewer(versionOf(before), versionOf(object))) set(object)
      }
      revision = to
      return gone.map(([, object]) => object)
    },
    wrote: (object) => {
      if (revision !== "" && isNewer(versionOf(object), revision)) {
        const before = objects.get(keyOf(object))
        if (before === undefined || isNewer(versionOf(object), versionOf(before))) set(object)
      }
    }
  }
}
