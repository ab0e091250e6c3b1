/** What a reconcile is about. */
import { runLabel } from "@orchestrator/domain/Labels"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import type { KindName } from "../kinds/RunKind.ts"

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
    kind === "CodeRun" || kind === "DocsRun" ? [{ kind, namespace, name }] as const : []
  )
  const name = metadata.labels?.[runLabel]
  if (owners.length > 0 || name === undefined) return owners
  return [{ kind: metadata.labels?.["task-type"] === "docs" ? "DocsRun" : "CodeRun", namespace, name }]
}
