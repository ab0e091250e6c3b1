/** Which attempt a run is at. Derived from spec, status and Jobs whenever they are observed; remembered nowhere. */
import type { Observed, ObservedJob } from "../facts/Observed.ts"
import type { PodFacts } from "../facts/Pod.ts"
import type { RunFacts } from "../facts/Run.ts"

export const currentJob = ({ jobName }: RunFacts, jobs: Observed["jobs"]): ObservedJob | undefined =>
  jobs.find((job) => job.name === jobName)

/** Whether a Job can still have a live pod; one that was suspended makes another when it is let go on. */
export const isAlive = (job: Pick<ObservedJob, "end" | "suspended" | "resumedAt" | "pod">): boolean =>
  job.end === undefined && (job.suspended || job.pod?.over !== true || isFormer(job, job.pod))

/** Whether the pod is one from before its Job was suspended. */
export const isFormer = ({ resumedAt }: Pick<ObservedJob, "resumedAt">, { createdAt }: PodFacts): boolean =>
  resumedAt !== undefined && createdAt !== undefined && createdAt < resumedAt
