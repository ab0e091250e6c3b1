/**
 * Everything that a decision may depend on, read once from the stores. Plain data: no client, no clock, no Effect.
 */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { Outcome } from "@orchestrator/domain/Phase"
import type { DateTime, Result } from "effect"
import type { Feedback } from "./Feedback.ts"
import type { JobFacts } from "./Job.ts"
import type { LiveRun } from "./LiveRun.ts"
import type { PodFacts } from "./Pod.ts"
import type { RunFacts } from "./Run.ts"
import type { WorkloadFacts } from "./Workload.ts"

/** The first in this order decides. */
export type Obstacle =
  | { readonly tag: "failed"; readonly name: string; readonly phase: Exclude<Outcome, "Succeeded"> }
  /** Names from the run to itself. */
  | { readonly tag: "cycle"; readonly path: ReadonlyArray<string> }
  | { readonly tag: "missing"; readonly names: ReadonlyArray<string> }
  | { readonly tag: "unfinished"; readonly names: ReadonlyArray<string> }
  /** They have succeeded, and their pull requests are not merged. */
  | { readonly tag: "unmerged"; readonly names: ReadonlyArray<string> }

/** What keeps every run from starting. */
export interface Hold {
  readonly reason: "Maintenance" | "QuietHours"
  readonly message: string
  /** Undefined: nobody knows. */
  readonly until: DateTime.Utc | undefined
}

/** The budget in which there is no room for what a run may cost. */
export interface FullBudget {
  /** Its key in the configuration: `budgets.daily`. */
  readonly name: string
  readonly period: "day" | "month"
  /** The GitHub user or service that it is for; undefined: everybody. */
  readonly whose: string | undefined
  readonly limitUsd: number
  /** What the run may cost. */
  readonly needsUsd: number
  /** Whether too much of it is spent; else it is promised to runs that work. */
  readonly spent: boolean
  /** When the next day or month begins. */
  readonly opensAt: DateTime.Utc
}

export interface Observed {
  readonly now: DateTime.Utc
  readonly config: OrchestratorConfig
  /** Undefined when the run is gone and only its Jobs are left. */
  readonly run: RunFacts | undefined
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
  /** What keeps every run from starting. */
  readonly hold: Hold | undefined
  /** The limit of runs at the same time that keeps it from starting, and those before it in line. */
  readonly reachedLimit: string | undefined
  /** The budget that keeps it from starting; of several, the one that opens last. */
  readonly fullBudget: FullBudget | undefined
  /** The session that an attempt takes up which is to go on with one; looked for only when it is about to start. */
  readonly lastSession: string | undefined
  /** Whether other runs of its task have yet to end, which could begin with the same branch. */
  readonly contested: boolean
  /** What the plan before has met, made on this same observation. */
  readonly feedback?: Feedback
}

/** What is observed of a run that is there and has something to do. */
export interface PresentRun extends Observed {
  readonly run: LiveRun
}

export interface ObservedJob extends JobFacts {
  readonly pod: PodFacts | undefined
  /** What Kueue says of it, where it is in one of its queues. */
  readonly workload?: Pick<WorkloadFacts, "pending" | "evicted">
  /** Why it has no pod: what the API server said when the Job controller wanted to make one. */
  readonly podRefused?: string
  /** What keeps its pod's node from starting the first container: volumes, the network. */
  readonly podWarning?: { readonly reason: string; readonly message: string }
  /** Whether the pods' store may lack the end of its pod, although the Job is over: watches have no common order. */
  readonly podBehind?: boolean
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
  /** Held by, or first to be given to, the run of this name. */
  | { readonly tag: "waiting"; readonly behind: string; readonly until?: DateTime.Utc }
  /** A pod of this run's previous attempt is still ending. */
  | { readonly tag: "ending" }
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
