/**
 * What a run is at, classified once a round. A stage has what its rules need (the Job, the spec), so that no rule asks again; which stage
 * comes before which is decided here and nowhere else.
 */
import type { FieldProblem } from "@orchestrator/domain/Decode"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { Outcome } from "@orchestrator/domain/Phase"
import { Result } from "effect"
import { currentJob, isAlive } from "../attempt/CurrentAttempt.ts"
import type { FinishedRun } from "../facts/FinishedRun.ts"
import type { JobFacts } from "../facts/Job.ts"
import type { Observed, ObservedJob, PresentRun } from "../facts/Observed.ts"
import type { RunFacts } from "../facts/Run.ts"
import { profiled } from "../kinds/Profiled.ts"
import type { RunSpec } from "../kinds/RunSpec.ts"

/** The run is gone, or goes; or a run that had its name before has left Jobs. */
export interface Gone {
  readonly tag: "Gone"
  /** Jobs that our finalizer holds, although Kubernetes has marked them for deletion. */
  readonly marked: ReadonlyArray<ObservedJob>
  /** Jobs that it holds and that were left behind when their run was deleted. */
  readonly abandoned: ReadonlyArray<ObservedJob>
  readonly config: OrchestratorConfig
  /** The run that has the name now. */
  readonly successor: RunFacts | undefined
}

/** The current attempt has a terminal phase. */
export interface Finished extends Observed {
  readonly tag: "Finished"
  readonly run: FinishedRun
  readonly phase: Outcome
}

/** A Job of an attempt other than the current one is not yet over, recorded and let go. */
export interface Superseding extends PresentRun {
  readonly tag: "Superseding"
  readonly former: ObservedJob
}

/** No Job yet, and none to come: the spec cannot be read. */
export interface Unreadable extends PresentRun {
  readonly tag: "Unreadable"
  readonly problems: ReadonlyArray<FieldProblem>
}

/** The current attempt has no Job. */
export interface NotStarted extends PresentRun {
  readonly tag: "NotStarted"
  readonly spec: RunSpec
}

/** The current attempt has its Job, which goes on with the spec that it was made from. */
export interface Started extends PresentRun {
  readonly tag: "Started"
  readonly job: ObservedJob
  /** As it is by now; undefined: it cannot be read any more. */
  readonly spec: RunSpec | undefined
}

export type Stage = Gone | Finished | Superseding | Unreadable | NotStarted | Started

const isMarked = ({ deleting, held }: ObservedJob): boolean => held && deleting

/** Whether a Job's run was deleted without it: its owner is taken off then. */
export const isAbandoned = ({ deleting, held, owners, runUid }: JobFacts, run: RunFacts | undefined): boolean =>
  held && !deleting && owners.length === 0 && runUid !== "" && runUid !== run?.uid

export const stageOf = (observed: Observed): Stage => {
  const { config, jobs, orphans, run } = observed
  const abandoned = orphans.filter((job) => isAbandoned(job, run))
  if (run === undefined || run.deleting) {
    return { tag: "Gone", marked: [...jobs, ...orphans].filter(isMarked), abandoned, config, successor: undefined }
  }
  const marked = orphans.filter(isMarked)
  if (marked.length + abandoned.length > 0) return { tag: "Gone", marked, abandoned, config, successor: run }
  if (run.ended) return { ...observed, run, tag: "Finished", phase: run.phase }
  const former = jobs.find((job) => job.name !== run.jobName && (job.held || isAlive(job)))
  if (former !== undefined) return { ...observed, run, tag: "Superseding", former }
  const job = currentJob(run, jobs)
  if (Result.isFailure(run.spec)) {
    return job === undefined
      ? { ...observed, run, tag: "Unreadable", problems: run.spec.failure }
      : { ...observed, run, tag: "Started", job, spec: undefined }
  }
  const spec = profiled(run.spec.success, config)
  return job === undefined
    ? { ...observed, run, tag: "NotStarted", spec }
    : { ...observed, run, tag: "Started", job, spec }
}
