/** What is kept of a workspace's claim: whose it is, and which run holds it. */
import { holderAnnotation, tenantAnnotation } from "@orchestrator/domain/Labels"
import { type Tenant, tenantOn } from "@orchestrator/domain/Tenant"
import type { KubernetesObject, PersistentVolumeClaim } from "@orchestrator/k8s/Objects"
import type { Identity } from "@orchestrator/k8s/Store"
import { markOf } from "./Bounds.ts"
import { identityOf } from "./Identity.ts"

export interface ClaimFacts extends Identity {
  readonly deleting: boolean
  /** UID of the run that holds it, or held it last. */
  readonly holder: string | undefined
  /** Whose it says it is; undefined: it says nothing. `unknown`: what it says cannot be read. */
  readonly tenant: Tenant | "unknown" | undefined
}

/** Longer than any tenant's. */
const longestTenant = 8192

export const claimFacts = ({ metadata }: PersistentVolumeClaim | KubernetesObject): ClaimFacts => ({
  ...identityOf(metadata),
  deleting: metadata.deletionTimestamp !== undefined,
  holder: markOf(metadata.annotations, holderAnnotation),
  tenant: (metadata.annotations?.[tenantAnnotation]?.length ?? 0) > longestTenant
    ? "unknown"
    : tenantOn(metadata.annotations)
})
