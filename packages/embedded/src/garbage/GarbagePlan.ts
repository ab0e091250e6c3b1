/** What the garbage collector does about one object: a decision from what is stored, in the order of the real one. */
import type { Kind } from "@orchestrator/k8s/Kinds"
import { NamespaceKind } from "@orchestrator/k8s/Kinds"
import type { DeleteOptions } from "@orchestrator/k8s/KubernetesClient"
import { resourceKey } from "../kinds/ServedKinds.ts"
import { foregroundFinalizer, orphanFinalizer } from "../objects/Finalizers.ts"
import type { StoredObject } from "../objects/StoredObject.ts"
import type { OwnedObject, Ownership } from "./Ownership.ts"

export type GarbageAction =
  | {
    readonly _tag: "Delete"
    readonly target: OwnedObject
    readonly policy: NonNullable<DeleteOptions["propagationPolicy"]>
  }
  /** Takes these owners' uids out of the object's ownerReferences. */
  | { readonly _tag: "Unlink"; readonly target: OwnedObject; readonly owners: ReadonlyArray<string> }
  | { readonly _tag: "RemoveFinalizer"; readonly target: OwnedObject; readonly finalizer: string }
  /** The content of the namespace is gone. */
  | { readonly _tag: "Finalize"; readonly target: OwnedObject }

type View = Pick<Ownership, "find" | "dependentsOf" | "isKnown" | "contentOf">

export const planGarbage = (view: View, target: OwnedObject): ReadonlyArray<GarbageAction> => {
  const { object: { metadata } } = target
  const { deletionTimestamp, finalizers = [], ownerReferences = [], uid } = metadata
  if (isNamespace(target.kind)) return deletionTimestamp === undefined ? [] : emptyNamespace(view, target)
  if (deletionTimestamp === undefined) return ownerReferences.length === 0 ? [] : planDependent(view, target)
  const dependents = view.dependentsOf(uid)
  if (finalizers.includes(orphanFinalizer)) {
    return dependents.length === 0
      ? [{ _tag: "RemoveFinalizer", target, finalizer: orphanFinalizer }]
      : dependents.map((dependent) => ({ _tag: "Unlink", target: dependent, owners: [uid] }))
  }
  if (!finalizers.includes(foregroundFinalizer)) return []
  return dependents.some(({ object }) => blocks(object, uid))
    ? dependents.filter(({ object }) => !isEnding(object)).flatMap((dependent) => planDependent(view, dependent))
    : [{ _tag: "RemoveFinalizer", target, finalizer: foregroundFinalizer }]
}

const isNamespace = (kind: Kind): boolean => resourceKey(kind) === resourceKey(NamespaceKind)

const isEnding = ({ metadata }: StoredObject): boolean => metadata.deletionTimestamp !== undefined

const blocks = ({ metadata }: StoredObject, owner: string): boolean =>
  metadata.ownerReferences?.some(({ blockOwnerDeletion, uid }) => uid === owner && blockOwnerDeletion === true) === true

/** An object that is not being deleted lives as long as one of its owners does. */
const planDependent = (view: View, target: OwnedObject): ReadonlyArray<GarbageAction> => {
  const { metadata } = target.object
  const owners = (metadata.ownerReferences ?? []).map((reference) => ({
    uid: reference.uid,
    state: view.isKnown(reference) ? ownerState(view.find(reference.uid), metadata.namespace) : "present"
  }))
  const leaving = owners.filter(({ state }) => state !== "present")
  if (leaving.length === 0) return []
  if (leaving.length < owners.length) {
    return [{ _tag: "Unlink", target, owners: leaving.map(({ uid }) => uid) }]
  }
  const waiting = owners.some(({ state }) => state === "waiting")
  const policy = waiting && view.dependentsOf(metadata.uid).length > 0 ? "Foreground" : policyOf(target.object)
  return [{ _tag: "Delete", target, policy }]
}

const ownerState = (owner: OwnedObject | undefined, namespace: string | undefined) => {
  if (owner === undefined) return "absent"
  const { metadata } = owner.object
  if (metadata.namespace !== undefined && metadata.namespace !== namespace) return "absent"
  return isEnding(owner.object) && metadata.finalizers?.includes(foregroundFinalizer) === true ? "waiting" : "present"
}

const policyOf = ({ metadata: { finalizers = [] } }: StoredObject) =>
  finalizers.includes(orphanFinalizer)
    ? "Orphan"
    : finalizers.includes(foregroundFinalizer)
    ? "Foreground"
    : "Background"

const emptyNamespace = (view: View, target: OwnedObject): ReadonlyArray<GarbageAction> => {
  const content = view.contentOf(target.object.metadata.name)
  return content.length === 0
    ? [{ _tag: "Finalize", target }]
    : content.filter(({ object }) => !isEnding(object))
      .map((each) => ({ _tag: "Delete", target: each, policy: "Background" }))
}
