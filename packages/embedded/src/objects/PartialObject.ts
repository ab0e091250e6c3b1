import type { KubernetesObject } from "@orchestrator/k8s/Objects"

/** An object for who reads no more than metadata. `version`: of the group meta.k8s.io. */
export const partialObject = ({ metadata }: KubernetesObject, version: string): KubernetesObject => ({
  kind: "PartialObjectMetadata",
  apiVersion: `meta.k8s.io/${version}`,
  metadata
})
