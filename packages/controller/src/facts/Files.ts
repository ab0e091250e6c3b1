/** What is kept of an attempt's ConfigMap: that it is there. */
import type { ConfigMap, KubernetesObject } from "@orchestrator/k8s/Objects"
import type { Identity } from "@orchestrator/k8s/Store"
import { identityOf, runUidOf } from "./Identity.ts"

export interface FilesFacts extends Identity {
  readonly runUid: string
}

export const filesFacts = ({ metadata }: ConfigMap | KubernetesObject): FilesFacts => ({
  ...identityOf(metadata),
  runUid: runUidOf(metadata)
})
