/** What is kept of a workspace's claim: whose it is, and which run holds it. */
import { holderAnnotation, keepAnnotation, tenantAnnotation } from "@orchestrator/domain/Labels"
import { type Tenant, tenantKey, tenantOn } from "@orchestrator/domain/Tenant"
import type { KubernetesObject, Metadata, PersistentVolumeClaim } from "@orchestrator/k8s/Objects"
import type { Identity } from "@orchestrator/k8s/Store"
import { markOf } from "./Bounds.ts"
import { identityOf } from "./Identity.ts"
import { secondsOf } from "./Keeping.ts"

export interface ClaimFacts extends Identity {
  readonly deleting: boolean
  /** UID of the run that holds it, or held it last. */
  readonly holder: string | undefined
  /** Whose it says it is; undefined: it says nothing. `unknown`: what it says cannot be read. */
  readonly tenant: Tenant | "unknown" | undefined
  /** Whether its labels say that it is a workspace. */
  readonly isWorkspace: boolean
  /** Seconds since the epoch at which it was made; NaN where it does not say. */
  readonly madeAt: number
  /** Whether somebody wants it kept. */
  readonly kept: boolean
}

/** Longer than any tenant's. */
const longestTenant = 8192

export const claimFacts = (
  { metadata }: PersistentVolumeClaim | KubernetesObject,
  before?: ClaimFacts
): ClaimFacts => ({
  ...identityOf(metadata),
  deleting: metadata.deletionTimestamp !== undefined,
  holder: markOf(metadata.annotations, holderAnnotation),
  tenant: tenantIn(metadata, before?.tenant),
  isWorkspace: metadata.labels?.["component"] === "workspace",
  madeAt: secondsOf(metadata.creationTimestamp),
  kept: metadata.annotations?.[keepAnnotation] === "true"
})

/** A claim hardly ever says another one than before: what is written as we write it is not read again. */
const tenantIn = ({ annotations }: Metadata, before: ClaimFacts["tenant"]): ClaimFacts["tenant"] => {
  const text = annotations?.[tenantAnnotation]
  if (text !== undefined && typeof before === "object" && tenantKey(before) === text) return before
  return (text?.length ?? 0) > longestTenant ? "unknown" : tenantOn(annotations)
}
