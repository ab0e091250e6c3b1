/** What a reconcile is about. */
import { everyRunKind, isKindName, type KindName } from "@orchestrator/domain/kinds/RunKinds"
import { runLabel } from "@orchestrator/domain/Labels"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"

export interface RunKey {
  readonly kind: KindName
  readonly namespace: string
  readonly name: string
}

export const formatKey = ({ kind, name, namespace }: RunKey): string => `${kind}/${namespace}/${name}`

/** Runs that an object belongs to by its owners; an orphan, whose owners were taken off, by its labels. */
export const runsOf = ({ metadata }: KubernetesObject): ReadonlyArray<RunKey> => {
  const namespace = metadata.namespace ?? ""
  const owners = (metadata.ownerReferences ?? []).flatMap(({ kind, name }) =>
    isKindName(kind) ? [{ kind, namespace, name }] : []
  )
  const name = metadata.labels?.[runLabel]
  if (owners.length > 0 || name === undefined) return owners
  // A key of a run that there is not is looked up once, and that is all.
  const labelled = everyRunKind.filter(({ taskType }) => taskType === metadata.labels?.["task-type"])
  return (labelled.length > 0 ? labelled : everyRunKind).map(({ kind }) => ({ kind, namespace, name }))
}
