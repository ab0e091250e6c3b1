/**
 * A cache of one kind, of whole objects or of facts about them, fed by a Reflector and by the answers to our own writes: read-your-writes.
 * Reads are synchronous. A write's answer is taken only while the stream has not yet passed its revision: what the stream says is newer.
 */
import { Latch } from "effect"
import type { KubernetesObject } from "./Objects.ts"
import { hashOf, makePlaces } from "./Places.ts"

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

/** What objects are found under: texts, or hashes of them where objects have many long values, whose owners keep no more than that. */
export type IndexValue = string | number

export type Indexer<A> = (object: A) => ReadonlyArray<IndexValue>

/** What an object is kept as once nothing was heard of it for a while: what says the same, in less room. */
export type Pack<A> = (object: A) => A

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
  /** An object as it is kept for long. */
  readonly pack: Pack<A>
  /** Packs so many of those that a list has brought, the oldest first; false: no more are to be packed. */
  readonly settle: (count: number) => boolean
  /** From now on told of every object that is there anew or no longer, when the store has changed. */
  readonly observe: (listener: (object: A) => void) => void
}

/** Revisions are decimal numbers that only grow; longer is larger. */
export const isNewer = (left: string, right: string): boolean =>
  left.length === right.length ? left > right : left.length > right.length

export const storeKey = ({ name, namespace }: StoreKey): string => `${namespace ?? ""}/${name}`

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
export const makeFactStore = <A extends Identity>(
  indexers: Readonly<Record<string, Indexer<A>>> = {},
  pack?: Pack<A>
): Store<A> => storeOf((facts) => facts, indexers, pack)

const noValues: ReadonlyArray<IndexValue> = []

const isSame = (left: ReadonlyArray<IndexValue>, right: ReadonlyArray<IndexValue>): boolean =>
  left === right || (left.length === right.length && left.every((value, index) => value === right[index]))

const hashOfValue = (value: IndexValue): number => typeof value === "number" ? value | 0 : hashOf(value)
const hashOfKey = ({ name, namespace }: StoreKey): number => hashOf(name, hashOf(namespace ?? ""))

const noRows: ReadonlyArray<never> = []

function* there<A>(rows: ReadonlyArray<A | undefined>): IterableIterator<A> {
  for (const row of rows) if (row !== undefined) yield row
}

/** So many of those that were heard of last are kept as they came. */
const mostFresh = 256
/** Fewer empty rows than this are left where they are. */
const fewEmpty = 32

/** No text is kept of a key or of a value of an index: what is found by a hash is asked whether it is meant. */
const storeOf = <A>(
  identify: (object: A) => Identity,
  indexers: Readonly<Record<string, Indexer<A>>>,
  pack?: Pack<A>
): Store<A> => {
  /** In the order in which they came, with empty rows where some have gone. */
  let rows: Array<A | undefined> = []
  let size = 0
  /** Places of those that are kept as they came, the one that was heard of last at the end. */
  let fresh = new Set<number>()
  /** What a list brings is looked at first, and packed afterwards. */
  let isListing = false
  const keys = makePlaces()
  const indexes = new Map(
    Object.entries(indexers).map(([name, valuesOf]) => [name, { valuesOf, places: makePlaces() }])
  )
  let revision = ""
  let readRevision = ""
  let heard = 0
  const listeners: Array<(object: A) => void> = []
  const isBehind = Latch.makeUnsafe()

  const versionOf = (object: A) => identify(object).resourceVersion

  /** Where the key that was looked for last is: an event asks for its own half a dozen times. A row that is there keeps its place. */
  const last = { name: "", namespace: "", place: -1 }

  const placeOf = ({ name, namespace = "" }: StoreKey): number | undefined => {
    if (last.place >= 0 && name === last.name && namespace === last.namespace) return last.place
    for (const place of keys.of(hashOfKey({ name, namespace }))) {
      const row = rows[place]
      if (row === undefined) continue
      const found = identify(row)
      if (found.name !== name || found.namespace !== namespace) continue
      last.name = name
      last.namespace = namespace
      last.place = place
      return place
    }
    return undefined
  }
  const at = (place: number | undefined): A | undefined => place === undefined ? undefined : rows[place]
  const get = (key: StoreKey): A | undefined => at(placeOf(key))

  /** Most versions of an object are found under what the one before was. */
  const index = (place: number, before: A | undefined, object: A | undefined) => {
    for (const { places, valuesOf } of indexes.values()) {
      const then = before === undefined ? noValues : valuesOf(before)
      const now = object === undefined ? noValues : valuesOf(object)
      if (isSame(then, now)) continue
      for (const value of then) places.remove(hashOfValue(value), place)
      for (const value of now) places.add(hashOfValue(value), place)
    }
  }
  /** Whoever goes through the rows meanwhile has the old ones. */
  const tidy = () => {
    if (rows.length - size < Math.max(fewEmpty, size)) return
    const moved = new Int32Array(rows.length)
    const kept: Array<A | undefined> = []
    rows.forEach((row, place) => {
      if (row !== undefined) moved[place] = kept.push(row) - 1
    })
    rows = kept
    last.place = -1
    fresh = new Set([...fresh].map((place) => moved[place] ?? 0))
    for (const places of [keys, ...[...indexes.values()].map(({ places }) => places)]) {
      places.move((place) => moved[place] ?? 0)
    }
  }
  const settle = (count: number): boolean => {
    for (let left = Math.min(count, fresh.size - mostFresh); left > 0; left--) {
      const [oldest = 0] = fresh
      fresh.delete(oldest)
      const row = rows[oldest]
      if (row !== undefined && pack !== undefined) rows[oldest] = pack(row)
    }
    return fresh.size > mostFresh
  }
  const freshen = (place: number) => {
    if (pack === undefined) return
    fresh.delete(place)
    fresh.add(place)
    if (!isListing) settle(2)
  }
  const tell = (object: A) => {
    for (const listener of listeners) listener(object)
  }
  const set = (object: A) => {
    const found = placeOf(identify(object))
    const place = found ?? rows.push(object) - 1
    const before = found === undefined ? undefined : rows[place]
    if (found === undefined) {
      keys.add(hashOfKey(identify(object)), place)
      size += 1
    }
    index(place, before, object)
    rows[place] = object
    freshen(place)
    // Another one of the same name.
    if (before !== undefined && identify(before).uid !== identify(object).uid) tell(before)
    tell(object)
  }
  const drop = (object: A) => {
    const place = placeOf(identify(object))
    const before = at(place)
    if (place === undefined || before === undefined) return
    index(place, before, undefined)
    keys.remove(hashOfKey(identify(before)), place)
    rows[place] = undefined
    last.place = -1
    fresh.delete(place)
    size -= 1
    tidy()
  }
  const advance = (to: string) => {
    heard += 1
    if (isNewer(to, revision)) revision = to
    if (!isNewer(readRevision, revision)) isBehind.closeUnsafe()
  }
  const wrote = (object: A) => {
    if (revision !== "" && isNewer(versionOf(object), revision)) {
      const before = get(identify(object))
      if (before === undefined || isNewer(versionOf(object), versionOf(before))) set(object)
    }
  }
  /** All of them; or, where something is asked of them, the first of which it is true. */
  const found = (name: string, value: IndexValue, isSo?: (object: A) => boolean): ReadonlyArray<A> => {
    const index = indexes.get(name)
    let list: Array<A> | undefined
    for (const place of index?.places.of(hashOfValue(value)) ?? noRows) {
      const row = rows[place]
      if (row === undefined || index?.valuesOf(row).includes(value) !== true) continue
      if (isSo === undefined) (list ??= []).push(row)
      else if (isSo(row)) return [row]
    }
    return list ?? noRows
  }

  return {
    get,
    has: (version) => {
      const object = get(version)
      if (object === undefined) return false
      const { resourceVersion, uid } = identify(object)
      return uid === version.uid && resourceVersion === version.resourceVersion
    },
    knows: (version) => {
      const object = get(version)
      return object !== undefined && version.uid !== "" && identify(object).uid === version.uid
    },
    values: () => there(rows),
    by: (name, value) => found(name, value),
    anyBy: (name, value, isSo) => found(name, value, isSo).length > 0,
    size: () => size,
    revision: () => revision,
    heard: () => heard,
    put: (object) => {
      const before = get(identify(object))
      // What is not there although the stream has passed its version has been removed since.
      if (!isNewer(before === undefined ? revision : versionOf(before), versionOf(object))) set(object)
      advance(versionOf(object))
    },
    remove: (object) => {
      const before = get(identify(object))
      if (before !== undefined && identify(before).uid === identify(object).uid) drop(before)
      tell(object)
      advance(versionOf(object))
    },
    advance,
    reset: (list, to) => {
      const kept = size === 0 ? undefined : new Set(list.map((object) => storeKey(identify(object))))
      const gone = [...there(rows)].filter((object) =>
        kept?.has(storeKey(identify(object))) === false && !isNewer(versionOf(object), to)
      )
      for (const object of gone) drop(object)
      for (const object of gone) tell(object)
      isListing = true
      for (const object of list) {
        const before = get(identify(object))
        if (before === undefined || !isNewer(versionOf(before), versionOf(object))) set(object)
      }
      isListing = false
      revision = to
      advance(to)
      return gone
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
    settle,
    pack: (object) => pack === undefined ? object : pack(object),
    observe: (listener) => void listeners.push(listener)
  }
}
