/** Which object facts are about, and whose it is. */
import { runUidLabel } from "@orchestrator/domain/Labels"
import type { Metadata } from "@orchestrator/k8s/Objects"
import type { Identity } from "@orchestrator/k8s/Store"
import { markOf, mostEntries, named, shared } from "./Bounds.ts"
import { whole } from "./Packed.ts"
import { sameFields } from "./SameJson.ts"

export const identityOf = (metadata: Metadata): Identity => ({
  namespace: shared(metadata.namespace ?? ""),
  name: metadata.name ?? "",
  uid: metadata.uid ?? "",
  resourceVersion: metadata.resourceVersion ?? ""
})

/** UID of the run that its label names; "" where it names none. */
export const runUidOf = ({ labels }: Metadata): string => markOf(labels, runUidLabel) ?? ""

/** UIDs of its owners. */
export const ownersOf = ({ ownerReferences = [] }: Metadata): ReadonlyArray<string> =>
  ownerReferences.slice(0, mostEntries).map(({ uid }) => named(uid))

const version: ReadonlySet<string> = new Set(["resourceVersion"])

/** Whether two versions of an object say the same: echoes of our own writes, counts of pods, addresses. */
export const saysTheSame = <A extends Identity>(left: A, right: A): boolean =>
  left.uid === right.uid && sameFields(whole(left), whole(right), version)
