/**
 * Who depends on whom, kept up with the store, and which objects the garbage collector has to look at. Built anew from the stored
 * objects at start, so that nothing is forgotten over a restart.
 */
import { apiVersionOf, type Kind, NamespaceKind } from "@orchestrator/k8s/Kinds"
import type { OwnerReference } from "@orchestrator/k8s/Objects"
import { type Effect, Latch } from "effect"
import { resourceKey, type ServedKinds } from "../kinds/ServedKinds.ts"
import { foregroundFinalizer, orphanFinalizer } from "../objects/Finalizers.ts"
import type { StoredObject } from "../objects/StoredObject.ts"
import type { ObjectStore, StagedChange } from "../store/ObjectStore.ts"

export interface OwnedObject {
  readonly kind: Kind
  readonly object: StoredObject
}

export interface Ownership {
  readonly find: (uid: string) => OwnedObject | undefined
  /** Objects that name this uid as an owner. */
  readonly dependentsOf: (uid: string) => ReadonlyArray<OwnedObject>
  /** Whether the owner's kind is one that this cluster knows; owners of other kinds are left alone. */
  readonly isKnown: (owner: OwnerReference) => boolean
  /** Everything within a namespace, of any kind. */
  readonly contentOf: (namespace: string) => ReadonlyArray<OwnedObject>
  readonly enqueue: (uid: string) => void
  /** The objects to look at since it was last asked. */
  readonly take: () => ReadonlyArray<string>
  /** Resolves when there is something to look at. */
  readonly pending: Effect.Effect<void>
}

interface Place {
  readonly resource: string
  readonly namespace: string | undefined
  readonly name: string
}

const namespaces = resourceKey(NamespaceKind)

export const makeOwnership = (store: ObjectStore, kinds: ServedKinds): Ownership => {
  const places = new Map<string, Place>()
  const dependents = new Map<string, Set<string>>()
  const queue = new Set<string>()
  const latch = Latch.makeUnsafe()

  const enqueue = (uid: string) => {
    queue.add(uid)
    latch.openUnsafe()
  }
  const ownersOf = ({ metadata }: StoredObject): ReadonlyArray<OwnerReference> => metadata.ownerReferences ?? []

  const link = (object: StoredObject) => {
    for (const { uid } of ownersOf(object)) {
      const known = dependents.get(uid) ?? new Set()
      dependents.set(uid, known.add(object.metadata.uid))
    }
  }
  const unlink = (object: StoredObject) => {
    for (const { uid } of ownersOf(object)) {
      const known = dependents.get(uid)
      known?.delete(object.metadata.uid)
      if (known?.size === 0) dependents.delete(uid)
    }
  }
  const isEnding = (resource: string, { metadata: { deletionTimestamp, finalizers = [] } }: StoredObject): boolean =>
    deletionTimestamp !== undefined &&
    (resource === namespaces || finalizers.includes(foregroundFinalizer) || finalizers.includes(orphanFinalizer))

  const see = (resource: string, object: StoredObject, relinked: boolean) => {
    const { name, namespace, uid } = object.metadata
    places.set(uid, { resource, namespace, name })
    if (isEnding(resource, object) || (relinked && ownersOf(object).length > 0)) enqueue(uid)
  }
  const removed = (object: StoredObject) => {
    const { namespace, uid } = object.metadata
    places.delete(uid)
    unlink(object)
    dependents.get(uid)?.forEach(enqueue)
    for (const owner of ownersOf(object)) if (places.has(owner.uid)) enqueue(owner.uid)
    const home = namespace === undefined ? undefined : store.get(namespaces, undefined, namespace)
    if (home?.metadata.deletionTimestamp !== undefined) enqueue(home.metadata.uid)
  }
  const follow = ({ object, previous, resource, type }: StagedChange) => {
    if (type === "DELETED") return removed(previous ?? object)
    const relinked = previous?.metadata.ownerReferences !== object.metadata.ownerReferences
    if (relinked && previous !== undefined) unlink(previous)
    if (relinked) link(object)
    see(resource, object, relinked)
  }

  for (const resource of store.resources()) {
    for (const object of store.list(resource)) {
      link(object)
      see(resource, object, true)
    }
  }
  store.onChange(follow)

  const find = (uid: string): OwnedObject | undefined => {
    const place = places.get(uid)
    const served = place === undefined ? undefined : kinds.ofResource(place.resource)
    const object = place === undefined ? undefined : store.get(place.resource, place.namespace, place.name)
    return served === undefined || object?.metadata.uid !== uid ? undefined : { kind: served.kind, object }
  }
  const all = (uids: Iterable<string>): ReadonlyArray<OwnedObject> => [...uids].flatMap((uid) => find(uid) ?? [])

  return {
    find,
    dependentsOf: (uid) => all(dependents.get(uid) ?? []),
    isKnown: (owner) =>
      kinds.all().some(({ kind }) => kind.kind === owner.kind && apiVersionOf(kind) === owner.apiVersion),
    contentOf: (namespace) =>
      kinds.all().filter(({ kind }) => kind.namespaced)
        .flatMap(({ kind, resource }) => store.list(resource, namespace).map((object) => ({ kind, object }))),
    enqueue,
    take: () => {
      const uids = [...queue]
      queue.clear()
      latch.closeUnsafe()
      return uids
    },
    pending: latch.await
  }
}
