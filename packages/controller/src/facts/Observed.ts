/**
 * Everything that a decision may depend on, read once from the stores. Plain data: no client, no clock, no Effect.
 */
import type { AgentResult } from "@orchestrator/domain/AgentResult"
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import type { CodeRunStatus } from "@orchestrator/domain/CodeRun"
import type { FieldProblem } from "@orchestrator/domain/Decode"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { AttemptKey } from "@orchestrator/domain/Retry"
import type { DateTime, Result } from "effect"
import type { KindName } from "../kinds/RunKind.ts"
import type { RunSpec } from "../kinds/RunSpec.ts"
import type { Obstacle } from "../line/Dependencies.ts"
import type { FilesReference } from "../manifest/Files.ts"
import type { Learned } from "./Learned.ts"
import type { StoredRun } from "./StoredRun.ts"

export interface Observed {
  readonly now: DateTime.Utc
  readonly config: OrchestratorConfig
  /** Undefined when the run is gone and only its Jobs are left. */
  readonly run: ObservedRun | undefined
  /** Jobs of this run (label and ownerReference), of any attempt. */
  readonly jobs: ReadonlyArray<ObservedJob>
  /** Jobs of a run that had this name before, or that is gone. */
  readonly orphans: ReadonlyArray<ObservedJob>
  /** Absent for runs that lease none. */
  readonly workspace: ObservedWorkspace | undefined
  readonly files: ObservedFiles
  /** Sixteen hexadecimal digits that nobody can guess, another every time: for names that nobody may take first. Empty once there is a Job. */
  readonly nonce: string
  /** What keeps it from starting because of the runs that it depends on. */
  readonly obstacle: Obstacle | undefined
  /** The limit of runs at the same time that keeps it from starting, and those before it in line. */
  readonly reachedLimit: string | undefined
  /** The session that an attempt takes up which is to go on with one; looked for only when it is about to start. */
  readonly lastSession: string | undefined
  /** Whether other runs of its task have yet to end, which could begin with the same branch. */
  readonly contested: boolean
  /** What the plan before has met, made on this same observation. */
  readonly learned?: Learned
}

/** What is observed of a run that is there. */
export interface PresentRun extends Observed {
  readonly run: ObservedRun
}

export interface ObservedRun {
  readonly kind: KindName
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  readonly generation: number
  readonly deleting: boolean
  /** What the spec asks for, or why it cannot be read. */
  readonly spec: Result.Result<RunSpec, ReadonlyArray<FieldProblem>>
  /** Read from the spec even when the rest of it is not valid. */
  readonly contextVersion: number
  /** Whether the spec asks to cancel this version; a request that has ended an earlier one does not count. */
  readonly cancel: boolean
  /** The version that a standing request has ended. */
  readonly cancelledVersion: number | undefined
  readonly status: RunStatusView
  /** The attempt to work on, by spec and status. */
  readonly attempt: AttemptKey
  /** Name of its Job. */
  readonly jobName: string
  /** As the store has it, to be written back with another status. */
  readonly object: StoredRun
}

/** The status fields that decisions and the next status build on; empty where the stored status is not ours. */
export type RunStatusView = Pick<
  CodeRunStatus,
  | "phase"
  | "reason"
  | "contextVersion"
  | "retryCount"
  | "resumesAt"
  | "cancelledVersion"
  | "jobName"
  | "configmapName"
  | "startedAt"
  | "lastUpdate"
  | "message"
  | "conditions"
  | "attempts"
  | "usage"
  | "promptModification"
  | "promptVersion"
>

export interface ObservedJob {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly attempt: AttemptKey
  readonly deleting: boolean
  /** Whether our finalizer is still on it. */
  readonly held: boolean
  /** Where it stands in the list of finalizers; -1 when it does not. */
  readonly finalizerIndex: number
  /** RFC 3339 time of its creation. */
  readonly createdAt: string | undefined
  /** Whether somebody has suspended it: nothing of it runs then, and no time of its own passes. */
  readonly suspended: boolean
  /** RFC 3339 time at which it was let go on last, after having been suspended. */
  readonly resumedAt: string | undefined
  /** Why we asked it to stop. */
  readonly stopping: StopReason | undefined
  /** Seconds that its agent may work; absent on Jobs of older installations, which have their own deadline alone. */
  readonly timeoutSeconds: number | undefined
  /** Hash of the spec that it was made from. */
  readonly specHash: string | undefined
  /** Whether its pod has a broker: then the broker's word on delivery and spend is the only one. */
  readonly brokered: boolean
  /** Its ConfigMap. */
  readonly files: FilesReference | undefined
  readonly end: JobEnd | undefined
  readonly pod: ObservedPod | undefined
  /** Why it has no pod: what the API server said when the Job controller wanted to make one. */
  readonly podRefused?: string
  /** Claim of the workspace that it mounts. */
  readonly claim?: string
  /** What keeps its pod's node from starting the first container: volumes, the network. */
  readonly podWarning?: { readonly reason: string; readonly message: string }
}

/** Cancelled: a person or a newer version. Finished: the agent has ended, and something else in its pod has not. */
export type StopReason = "Cancelled" | "DeadlineExceeded" | "Finished"

/** The Job controller's last word. */
export interface JobEnd {
  readonly succeeded: boolean
  /** Reason of the Failed condition: BackoffLimitExceeded, DeadlineExceeded, PodFailurePolicy, ... */
  readonly reason: string
  readonly message: string
}

export interface ObservedPod {
  readonly name: string
  /** RFC 3339 time of its creation. */
  readonly createdAt: string | undefined
  /** Whether it is being deleted. */
  readonly deleting: boolean
  /** Whether the agent's container has begun; since when, while it runs (RFC 3339). */
  readonly begun: boolean
  readonly begunAt: string | undefined
  /** Whether a node has taken it. */
  readonly onNode: boolean
  /** Whether the volumes and the network of the pod are there, as far as its node has said. */
  readonly prepared: boolean
  /** Whether its containers run as far as anybody knows, but its node does not answer. */
  readonly unreachable: boolean
  /** Containers of others that still run although the agent's has ended. */
  readonly leftovers: ReadonlyArray<string>
  /** Whether its containers have all ended, or the pod is gone. */
  readonly over: boolean
  /** Whether the object is gone from the API; what it said last is kept. */
  readonly gone: boolean
  /** Whether its files were checked and are in place; from then on nobody reads the ConfigMap. */
  readonly filesPlaced: boolean
  /** Whether it ended because its files were not those that the Job names. */
  readonly filesRefused: boolean
  /** Why the agent does not start. */
  readonly stuck: Stuck | undefined
  /** The agent's container, once it has ended. */
  readonly ended: AgentEnd | undefined
  /** What was left out of the messages of its containers, since it cannot be true. */
  readonly dropped: ReadonlyArray<FieldProblem>
  /** What the broker has testified so far; undefined while it is at work, and where there is none. */
  readonly testimony: Result.Result<BrokerResult, ReadonlyArray<FieldProblem>> | undefined
}

/** The kubelet's or the scheduler's reason and words. */
export interface Stuck {
  readonly reason: string
  readonly message: string
  /** The container that does not start; absent where it is the pod that has no node. */
  readonly container?: string
  /** Of the scheduler's word: since when (RFC 3339). */
  readonly since?: string
  /** Whether it is for want of a credential. */
  readonly missing?: boolean
}

export interface AgentEnd {
  readonly exitCode: number
  readonly reason: string
  readonly result: Result.Result<AgentResult, ReadonlyArray<FieldProblem>>
}

export interface ObservedWorkspace {
  readonly claim: string
  /** Undefined: there is no such claim. `adopt`: it does not say yet whose it is. */
  readonly current: { readonly uid: string; readonly resourceVersion: string; readonly adopt?: boolean } | undefined
  readonly turn: WorkspaceTurn
}

export type WorkspaceTurn =
  /** The annotation names this run. */
  | { readonly tag: "mine" }
  /** Nobody holds it, nobody is before this run. */
  | { readonly tag: "free" }
  /** Held by, or first to be given to, the run of this name. Also while a pod of this run's previous attempt is ending. */
  | { readonly tag: "waiting"; readonly behind: string }
  /** The claim is being deleted: what is left of it cannot be mounted any more. */
  | { readonly tag: "deleting" }
  /** Every name that the tenant's claim could have is another's. */
  | { readonly tag: "taken" }

export interface ObservedFiles {
  /** Whether the current attempt's ConfigMap is there. */
  readonly present: boolean
  /** The files to create; read only when something has to be created. */
  readonly rendered: Result.Result<Readonly<Record<string, string>>, string> | undefined
}
