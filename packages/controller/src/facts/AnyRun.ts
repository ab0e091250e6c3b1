/** What is kept of every run. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { waitingEventsAnnotation } from "@orchestrator/domain/Labels"
import type { AttemptKey } from "@orchestrator/domain/Retry"
import { lineTimeOf } from "@orchestrator/domain/Scheduling"
import { shardNumberOf } from "@orchestrator/domain/Shards"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import type { Identity } from "@orchestrator/k8s/Store"
import { runKinds } from "../kinds/RunKinds.ts"
import { named, shared } from "./Bounds.ts"
import { deliveriesIn } from "./Deliveries.ts"
import { identityOf } from "./Identity.ts"
import { attemptOf, jobNameOf } from "./RunAttempt.ts"
import type { Fields, RunStatusView } from "./RunStatus.ts"
import { type TenantFacts, tenantIn } from "./Tenants.ts"

export interface AnyRun extends Identity {
  readonly kind: KindName
  /** UID that it had when it was made first: its branch, sessions, Jobs and evidence are named after it, before and after a restore. */
  readonly originalUid: string
  /** Number of the shard that acts on it. */
  readonly shard: number
  readonly generation: number
  /** RFC 3339 time of its creation; "" where it has none. */
  readonly createdAt: string
  /** The time by which it stands in line: `createdAt`, moved by its priority. */
  readonly lineTime: string
  readonly deleting: boolean
  /** Read from the spec even when the rest of it is not valid. */
  readonly contextVersion: number
  readonly tenant: TenantFacts | undefined
  /** Whose slots it takes. */
  readonly githubUser: string | undefined
  readonly service: string | undefined
  readonly status: RunStatusView
  /** The attempt to work on, by spec and status. */
  readonly attempt: AttemptKey
  /** Name of its Job. */
  readonly jobName: string
  /** Index values of its work at the forge. */
  readonly deliveries: ReadonlyArray<number>
  /** Whether events of the forge wait on it to be handled. */
  readonly hasWaitingEvents: boolean
}

export type Requester = Pick<AnyRun, "tenant" | "githubUser" | "service">

export const requesterIn = (kind: KindName, namespace: string, spec: Fields): Requester => ({
  tenant: runKinds[kind].leasesWorkspace ? tenantIn(namespace, spec) : undefined,
  githubUser: textOf(spec["githubUser"]),
  service: textOf(spec["service"])
})

const textOf = (value: unknown): string | undefined => typeof value === "string" ? shared(value) : undefined

/** Whole versions only. */
const versionIn = (kind: KindName, { contextVersion }: Fields): number =>
  runKinds[kind].hasVersions && typeof contextVersion === "number" && Number.isInteger(contextVersion)
    ? contextVersion
    : 1

export const anyRun = (
  kind: KindName,
  run: CustomObject,
  status: RunStatusView,
  { githubUser, service, tenant }: Requester
): AnyRun => {
  const { metadata, spec } = run
  const identity = identityOf(metadata)
  const createdAt = named(metadata.creationTimestamp ?? "")
  const contextVersion = versionIn(kind, spec)
  const attempt = attemptOf(contextVersion, status)
  const originalUid = status.originalUid ?? identity.uid
  // Field by field: what is added to a copy is kept outside of the object, with room for more.
  return {
    namespace: identity.namespace,
    name: identity.name,
    uid: identity.uid,
    resourceVersion: identity.resourceVersion,
    kind,
    originalUid,
    shard: shardNumberOf(metadata.labels),
    generation: metadata.generation ?? 1,
    createdAt,
    lineTime: lineTimeOf(createdAt, spec["priority"]),
    deleting: metadata.deletionTimestamp !== undefined,
    contextVersion,
    tenant,
    githubUser,
    service,
    status,
    attempt,
    jobName: jobNameOf({ name: identity.name, kind, originalUid }, attempt, status),
    deliveries: deliveriesIn(run),
    hasWaitingEvents: metadata.annotations?.[waitingEventsAnnotation] !== undefined
  }
}
