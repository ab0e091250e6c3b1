import type { Kind } from "@orchestrator/k8s/Kinds"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"

/** A namespaced kind of version v1 that only tests speak of; the product has no use for it. */
export const kindOf = <A extends KubernetesObject>(group: string, kind: string, plural: string): Kind<A> => ({
  group,
  version: "v1",
  kind,
  plural,
  singular: kind.toLowerCase(),
  shortNames: [],
  categories: [],
  namespaced: true,
  hasStatus: false,
  hasGeneration: false,
  createOnly: false
})
