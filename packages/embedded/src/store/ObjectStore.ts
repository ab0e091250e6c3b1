/**
 * The current version of every object, one global revision, and the history of each kind. Changes are first staged (given their
 * revisions, frozen), so that they can be made durable, and then applied; nothing is visible before that.
 */
import { share } from "../objects/Share.ts"
import { keyOf, objectKey, type StoredMetadata, type StoredObject } from "../objects/StoredObject.ts"
import { type LogEntry, makeWatchLog, type WatchLog } from "./WatchLog.ts"

/** What a write decided: the object in its new state (for a deletion: its last). */
export interface Change {
  readonly type: LogEntry["type"]
  /** `group/plural`. */
  readonly resource: string
  /** Frozen only when it is `share`'s, with the version before. */
  readonly object: StoredObject
  readonly previous: StoredObject | undefined
}

export interface StagedChange extends LogEntry {
  readonly resource: string
}

export interface StoreListener {
  (change: StagedChange): void
}

export interface ObjectStore {
  readonly revision: () => number
  readonly get: (resource: string, namespace: string | undefined, name: string) => StoredObject | undefined
  /** Sorted by namespace, then name. Absent namespace: all. */
  readonly list: (resource: string, namespace?: string) => ReadonlyArray<StoredObject>
  readonly resources: () => ReadonlyArray<string>
  readonly stage: (changes: ReadonlyArray<Change>) => ReadonlyArray<StagedChange>
  readonly apply: (staged: ReadonlyArray<StagedChange>) => void
  readonly log: (resource: string) => WatchLog
  readonly compact: (revision: number) => void
  readonly onChange: (listener: StoreListener) => void
}

export interface StoreContents {
  readonly revision: number
  readonly objects: ReadonlyArray<{ readonly resource: string; readonly object: StoredObject }>
}

interface Collection {
  readonly objects: Map<string, StoredObject>
  readonly log: WatchLog
  /** Rebuilt after an addition or a removal. */
  sorted: ReadonlyArray<string> | undefined
}

export const makeObjectStore = (contents: StoreContents, historyLimit: number): ObjectStore => {
  const collections = new Map<string, Collection>()
  const listeners: Array<StoreListener> = []
  let revision = contents.revision
  let floor = contents.revision

  const collection = (resource: string): Collection => {
    const known = collections.get(resource)
    if (known !== undefined) return known
    const fresh: Collection = { objects: new Map(), log: makeWatchLog(floor, historyLimit), sorted: undefined }
    collections.set(resource, fresh)
    return fresh
  }
  for (const { object, resource } of contents.objects) {
    collection(resource).objects.set(keyOf(object), share(undefined, object))
  }

  const applyOne = (change: StagedChange) => {
    const target = collection(change.resource)
    const key = keyOf(change.object)
    if (change.type === "DELETED") target.objects.delete(key)
    else target.objects.set(key, change.object)
    if (change.type !== "MODIFIED") target.sorted = undefined
    revision = change.revision
    target.log.append(change)
    for (const listener of listeners) listener(change)
  }

  return {
    revision: () => revision,
    get: (resource, namespace, name) => collections.get(resource)?.objects.get(objectKey(namespace, name)),
    list: (resource, namespace) => {
      const found = collections.get(resource)
      if (found === undefined) return []
      const keys = found.sorted ??= [...found.objects.keys()].sort()
      const prefix = namespace === undefined ? "" : `${namespace}/`
      const listed: Array<StoredObject> = []
      for (const key of keys) {
        const object = key.startsWith(prefix) ? found.objects.get(key) : undefined
        if (object !== undefined) listed.push(object)
      }
      return listed
    },
    resources: () => [...collections.keys()],
    stage: (changes) =>
      changes.map(({ object, previous, resource, type }, index) => {
        const at = revision + index + 1
        const metadata = { ...object.metadata, resourceVersion: String(at) }
        return {
          resource,
          type,
          previous,
          revision: at,
          object: Object.isFrozen(object)
            ? Object.freeze({ ...object, metadata: share<StoredMetadata>(previous?.metadata, metadata) })
            : share<StoredObject>(previous, { ...object, metadata })
        }
      }),
    apply: (staged) => staged.forEach(applyOne),
    log: (resource) => collection(resource).log,
    compact: (upTo) => {
      floor = Math.max(floor, upTo)
      for (const { log } of collections.values()) log.compact(upTo)
    },
    onChange: (listener) => {
      listeners.push(listener)
    }
  }
}
