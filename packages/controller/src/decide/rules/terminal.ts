import { Action } from "../../act/Action.ts"
import { isEditedAfterEnd } from "../../facts/FinishedRun.ts"
import { finalPhase, isAlive } from "../CurrentAttempt.ts"
import type { Rule } from "../Plan.ts"
import { release, timeToLive } from "./release.ts"
import { stop } from "./stop.ts"

/** A finished run is never started again; all that may be left is to end and let go of its Jobs, and to say that an edit was seen. */
export const terminal: Rule = ({ config, jobs, run }) => {
  const phase = finalPhase(run)
  if (phase === undefined) return undefined
  const { kind, name, namespace, object, uid } = run
  return [
    ...jobs.filter((job) => job.held).flatMap((job) => {
      if (isAlive(job) && !job.deleting) return stop(job)
      return [release(job, timeToLive(phase, config))]
    }),
    ...(isEditedAfterEnd(object) ? [Action.SettleStatus({ kind, name, namespace, uid })] : [])
  ]
}
