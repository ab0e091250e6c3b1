/** What is kept of the answer to a write: nothing is read again that the store has, of this version or of what never changes. */
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import type { Identity, Store } from "@orchestrator/k8s/Store"

export const takeAnswer = <A extends KubernetesObject, Kept extends Identity>(
  store: Store<Kept>,
  answer: A,
  project: (answer: A, before?: Kept) => Kept
): Kept => {
  const { name = "", namespace, resourceVersion, uid } = answer.metadata
  const before = store.get({ name, namespace })
  // An event was faster.
  if (before !== undefined && before.uid === uid && before.resourceVersion === resourceVersion) return before
  const kept = project(answer, before)
  store.wrote(kept)
  return kept
}
