/**
 * A cache of one kind, of whole objects or of facts about them, fed by a Reflector and by the answers to our own writes: read-your-writes.
 * Reads are synchronous. A write's answer is taken only while the stream has not yet passed its revision: what the stream says is newer.
 */
import { Latch } from "effect"
import type { KubernetesObject } from "./Objects.ts"

export interface StoreKey {
  readonly namespace?: string | undefined
  readonly name: string
}

/** What a store knows an object by. `namespace` is "" where the kind has none. */
export interface Identity {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
}

/** What objects are found under. An integer takes no room of its own: a hash, where objects have many long values. */
export type IndexValue = string | number

export type Indexer<A> = (object: A) => ReadonlyArray<IndexValue>

export interface Store<A> {
  readonly get: (key: StoreKey) => A | undefined
  /** Whether it has this very version. */
  readonly has: (version: Identity) => boolean
  /** Whether it has this object, in any version. */
  readonly knows: (version: Identity) => boolean
  readonly values: () => IterableIterator<A>
  /** Objects under a value of an index, in no order. */
  readonly by: (index: string, value: IndexValue) => ReadonlyArray<A>
  /** Whether one of them is so; after it no other is looked at. */
  readonly anyBy: (index: string, value: IndexValue, isSo: (object: A) => boolean) => boolean
  readonly size: () => number
  /** Newest revision that the stream has delivered; "" before the first list. `namespace`: of which stream, where there are several. */
  readonly revision: (namespace?: string) => string
  /** How often the stream was heard, bookmarks and lists included. */
  readonly heard: () => number
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
  /** The answer to a read, made since the stream seems to be behind. */
  readonly read: (object: A) => void
  /** Open while a read has shown more than the stream has delivered. */
  readonly isBehind: Latch.Latch
  /** From now on told of every object that is there anew or no longer, when the store has changed. */
  readonly observe: (listener: (object: A) => void) => void
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

const identityOf = ({ metadata }: KubernetesObject): Identity => ({
  namespace: metadata.namespace ?? "",
  name: metadata.name ?? "",
  uid: metadata.uid ?? "",
  resourceVersion: metadata.resourceVersion ?? ""
})

/** A store of whole objects. */
export const makeStore = <A extends KubernetesObject>(indexers: Readonly<Record<string, Indexer<A>>> = {}): Store<A> =>
  storeOf(identityOf, indexers)

/** A store of what was read of each object when it arrived. */
export const makeFactStore = <A extends Identity>(indexers: Readonly<Record<string, Indexer<A>>> = {}): Store<A> =>
  storeOf((facts) => facts, indexers)

const noValues: ReadonlyArray<IndexValue> = []

const isSame = (left: ReadonlyArray<IndexValue>, right: ReadonlyArray<IndexValue>): boolean =>
  left === right || (left.length === right.length && left.every((value, index) => value === right[index]))

const storeOf = <A>(
  identify: (object: A) => Identity,
  indexers: Readonly<Record<string, Indexer<A>>>
): Store<A> => {
  const objects = new Map<string, A>()
  const indexes = new Map(
    Object.entries(indexers).map(([name, valuesOf]) => [name, { valuesOf, keys: new Map() as Index }])
  )
  let revision = ""
  let readRevision = ""
  let heard = 0
  const listeners: Array<(object: A) => void> = []
  const isBehind = Latch.makeUnsafe()

  const keyOf = (object: A) => storeKey(identify(object))
  const versionOf = (object: A) => identify(object).resourceVersion

  const forget = (index: Index, value: IndexValue, key: string) => {
    const keys = index.get(value)
    if (typeof keys === "object") keys.delete(key)
    if (keys === key || (typeof keys === "object" && keys.size === 0)) index.delete(value)
  }
  const note = (index: Index, value: IndexValue, key: string) => {
    const keys = index.get(value)
    if (keys === undefined) index.set(value, key)
    else if (typeof keys === "object") keys.add(key)
    else if (keys !== key) index.set(value, new Set([keys, key]))
  }
  /** Most versions of an object are found under what the one before was. */
  const index = (key: string, before: A | undefined, object: A | undefined) => {
    for (const { keys, valuesOf } of indexes.values()) {
      const then = before === undefined ? noValues : valuesOf(before)
      const now = object === undefined ? noValues : valuesOf(object)
      if (isSame(then, now)) continue
      for (const value of then) forget(keys, value, key)
      for (const value of now) note(keys, value, key)
    }
  }
  const tell = (object: A) => {
    for (const listener of listeners) listener(object)
  }
  const set = (object: A) => {
    const key = keyOf(object)
    const before = objects.get(key)
    index(key, before, object)
    objects.set(key, object)
    // Another one of the same name.
    if (before !== undefined && identify(before).uid !== identify(object).uid) tell(before)
    tell(object)
  }
  const drop = (key: string) => {
    const before = objects.get(key)
    if (before === undefined) return
    index(key, before, undefined)
    objects.delete(key)
  }
  const advance = (to: string) => {
    heard += 1
    if (isNewer(to, revision)) revision = to
    if (!isNewer(readRevision, revision)) isBehind.closeUnsafe()
  }
  const wrote = (object: A) => {
    if (revision !== "" && isNewer(versionOf(object), revision)) {
      const before = objects.get(keyOf(object))
      if (before === undefined || isNewer(versionOf(object), versionOf(before))) set(object)
    }
  }

  return {
    get: (key) => objects.get(storeKey(key)),
    has: (version) => {
      const object = objects.get(storeKey(version))
      if (object === undefined) return false
      const { resourceVersion, uid } = identify(object)
      return uid === version.uid && resourceVersion === version.resourceVersion
    },
    knows: (version) => {
      const object = objects.get(storeKey(version))
      return object !== undefined && version.uid !== "" && identify(object).uid === version.uid
    },
    values: () => objects.values(),
    by: (name, value) => {
      const found: Array<A> = []
      for (const key of keysOf(indexes.get(name)?.keys.get(value))) {
        const object = objects.get(key)
        if (object !== undefined) found.push(object)
      }
      return found
    },
    anyBy: (name, value, isSo) => {
      for (const key of keysOf(indexes.get(name)?.keys.get(value))) {
        const object = objects.get(key)
        if (object !== undefined && isSo(object)) return true
      }
      return false
    },
    size: () => objects.size,
    revision: () => revision,
    heard: () => heard,
    put: (object) => {
      const before = objects.get(keyOf(object))
      // What is not there although the stream has passed its version has been removed since.
      if (!isNewer(before === undefined ? revision : versionOf(before), versionOf(object))) set(object)
      advance(versionOf(object))
    },
    remove: (object) => {
      const before = objects.get(keyOf(object))
      if (before !== undefined && identify(before).uid === identify(object).uid) drop(keyOf(object))
      tell(object)
      advance(versionOf(object))
    },
    advance,
    reset: (list, to) => {
      const kept = new Set(list.map(keyOf))
      const gone = [...objects].filter(([key, object]) => !kept.has(key) && !isNewer(versionOf(object), to))
      for (const [key] of gone) drop(key)
      for (const [, object] of gone) tell(object)
      for (const object of list) {
        const before = objects.get(keyOf(object))
        if (before === undefined || !isNewer(versionOf(before), versionOf(object))) set(object)
      }
      revision = to
      advance(to)
      return gone.map(([, object]) => object)
    },
    wrote,
    read: (object) => {
      wrote(object)
      const version = versionOf(object)
      if (revision === "" || !isNewer(version, revision)) return
      if (isNewer(version, readRevision)) readRevision = version
      isBehind.openUnsafe()
    },
    isBehind,
    observe: (listener) => void listeners.push(listener)
  }
}
