/**
 * Whether the stores prove that nobody is at work in a claim. Its annotation only says who was given it last; a Job that is over, deleted or
 * gone says nothing of its pod. What proves is a pod that was seen to end: in the stores, or by the exit code that the status has of it. Pure.
 */
import type { ClaimFacts } from "../facts/Claim.ts"
import type { JobFacts } from "../facts/Job.ts"
import type { LiveRun } from "../facts/LiveRun.ts"
import type { RunFacts } from "../facts/Run.ts"
import { podOf, runByUid, type Snapshot } from "../facts/Snapshot.ts"

const hasSeenEnd = (snapshot: Snapshot, job: JobFacts): boolean => podOf(snapshot, job)?.over === true

/** Whether the pod of the newest attempt of a run, other than the one that is about to start, was seen to end. */
const hasLeft = (snapshot: Snapshot, holder: RunFacts, { jobName }: LiveRun): boolean => {
  const last = holder.status.attempts?.findLast((attempt) => attempt.jobName !== jobName)
  if (last === undefined) return false
  if (last.exitCode !== undefined && last.contextVersion === holder.status.contextVersion) return true
  const job = snapshot.jobs.get({ namespace: holder.namespace, name: last.jobName })
  return job !== undefined && hasSeenEnd(snapshot, job)
}

/** Where it is not proven, Jobs and pods are to be read once more before a run starts in the claim. */
export const isVacant = (snapshot: Snapshot, run: LiveRun, { holder: uid, name, namespace }: ClaimFacts): boolean => {
  const isDoubtful = (job: JobFacts) => (job.deleting || job.end?.hadPod === true) && !hasSeenEnd(snapshot, job)
  if (snapshot.jobs.by("claim", `${namespace}/${name}`).some(isDoubtful)) return false
  const holder = runByUid(snapshot, uid)
  return holder !== undefined && hasLeft(snapshot, holder, run)
}
