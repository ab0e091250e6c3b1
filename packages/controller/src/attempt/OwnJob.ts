/**
 * Which Jobs are a run's: those that name it as an owner. One whose owner was taken off is known again by what the status has of it: its name,
 * with the files that nobody could guess before it was made, or the moment at which the API server made it.
 */
import type { JobFacts } from "../facts/Job.ts"
import type { RunFacts } from "../facts/Run.ts"

export const isOwnJob = ({ status, uid }: RunFacts, { createdAt, files, name, owners }: JobFacts): boolean => {
  if (owners.length > 0) return owners.includes(uid)
  const entry = status.attempts?.find(({ jobName }) => jobName === name)
  return entry !== undefined &&
    ((files !== undefined && files.name === status.configmapName) ||
      (createdAt !== undefined && createdAt === entry.startedAt))
}

/** Whether others have taken off what a Job of this run is to have. */
export const lacksMarks = (run: RunFacts, job: JobFacts): boolean => {
  if (job.deleting || job.released === true || (!job.held && (run.ended || job.name !== run.jobName))) return false
  return !job.held || !job.labelled || !job.owners.includes(run.uid)
}
