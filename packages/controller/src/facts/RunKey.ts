/** What a reconcile is about. */
import { everyRunKind, isKindName, type KindName } from "@orchestrator/domain/kinds/RunKinds"
import { runLabel } from "@orchestrator/domain/Labels"
import type { Metadata } from "@orchestrator/k8s/Objects"
import { markOf, mostEntries, named, shared } from "./Bounds.ts"

export interface RunKey {
  readonly kind: KindName
  readonly namespace: string
  readonly name: string
}

/** The key alone, of whatever has one. */
export const keyOf = ({ kind, name, namespace }: RunKey): RunKey => ({ kind, namespace, name })

export const formatKey = ({ kind, name, namespace }: RunKey): string => `${kind}/${namespace}/${name}`

/** Runs that an object belongs to by its owners; an orphan, whose owners were taken off, by its labels. */
export const runsOf = ({ labels, namespace: home = "", ownerReferences = [] }: Metadata): ReadonlyArray<RunKey> => {
  const namespace = shared(home)
  const owners = ownerReferences.slice(0, mostEntries).flatMap(({ kind, name }) =>
    isKindName(kind) ? [{ kind, namespace, name: named(name) }] : []
  )
  const name = markOf(labels, runLabel)
  if (owners.length > 0 || name === undefined) return owners
  // A key of a run that there is not is looked up once, and that is all.
  const labelled = everyRunKind.filter(({ taskType }) => taskType === labels?.["task-type"])
  return (labelled.length > 0 ? labelled : everyRunKind).map(({ kind }) => ({ kind, namespace, name }))
}
