/** Which attempt a run is at. Derived from spec, status and Jobs whenever they are observed; remembered nowhere. */
import type { JobFacts } from "../facts/Job.ts"
import type { Observed, ObservedJob } from "../facts/Observed.ts"
import type { PodFacts } from "../facts/Pod.ts"
import type { RunFacts } from "../facts/Run.ts"
import { podOf, type Snapshot } from "../facts/Snapshot.ts"

export const currentJob = ({ jobName }: RunFacts, jobs: Observed["jobs"]): ObservedJob | undefined =>
  jobs.find((job) => job.name === jobName)

/** Whether a Job can still have a live pod; one that was suspended makes another when it is let go on. */
export const isAlive = (job: Pick<ObservedJob, "end" | "suspended" | "resumedAt" | "pod">): boolean =>
  job.end === undefined && (job.suspended || job.pod?.over !== true || isFormer(job, job.pod))

/** The same of a Job in the stores, with what they know of its pod. */
export const isAliveIn = (snapshot: Snapshot, job: JobFacts): boolean => {
  const { end, resumedAt, suspended } = job
  return isAlive({ end, resumedAt, suspended, pod: podOf(snapshot, job) })
}

/** Whether the pod is one from before its Job was suspended. */
export const isFormer = ({ resumedAt }: Pick<ObservedJob, "resumedAt">, { createdAt }: PodFacts): boolean =>
  resumedAt !== undefined && createdAt !== undefined && createdAt < resumedAt
