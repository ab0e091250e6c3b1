import { isAlive } from "../../attempt/CurrentAttempt.ts"
import type { FinishedRun } from "../../facts/FinishedRun.ts"
import { Action } from "../Action.ts"
import { release, timeToLive } from "../ReleaseJob.ts"
import type { Rule } from "../Rule.ts"
import type { Finished } from "../Stage.ts"
import { settled } from "../Status.ts"
import { stop } from "../StopJob.ts"

/**
 * A finished run is never started again; all that may be left is to end and let go of its Jobs, and to say what was seen since: an edit, and
 * what became of its pull request.
 */
export const terminal: Rule<Finished> = ({ config, feedback, jobs, now, phase, run }) => {
  if (feedback?._tag === "WholeRun") return settled(run.kind, feedback.run, now)
  // A finished run's status says how it ended: that its Job cannot be let go is in the log, and tried again.
  if (feedback?._tag === "Refused") return []
  return [
    ...jobs.filter((job) => job.held).flatMap((job) => {
      if (isAlive(job) && !job.deleting) return stop(job)
      return [release(job, timeToLive(phase, config))]
    }),
    ...(run.editedAfterEnd || run.hasUnsaidPullRequest ? [read(run)] : [])
  ]
}

const read = ({ kind, name, namespace, uid }: FinishedRun): Action => Action.ReadRun({ kind, name, namespace, uid })
