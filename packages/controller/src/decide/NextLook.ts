/** When a run is to be looked at again although nothing has happened: the next of the times that a rule waits for. */
import { DateTime } from "effect"
import { currentJob, finalPhase, isAlive } from "./CurrentAttempt.ts"
import { pausedUntil } from "./Pause.ts"
import type { ObservedAlive } from "./Plan.ts"
import { standingOf, startDeadline } from "./Standing.ts"
import { agentDeadline, isPast, schedulingUntil, usualUntil } from "./StartClock.ts"

export const nextLook = (observed: ObservedAlive): DateTime.Utc | undefined => {
  const { config, jobs, now, run } = observed
  if (finalPhase(run) !== undefined) return undefined
  const job = currentJob(run, jobs)
  if (job === undefined || !isAlive(job) || job.stopping !== undefined) return pausedUntil(observed)
  return [
    ...(job.pod?.begun === true ? [agentDeadline(job)] : [
      usualUntil(job),
      schedulingUntil(job),
      startDeadline(job, standingOf(job, now), config)
    ]),
    pausedUntil(observed)
  ].filter((time) => time !== undefined && !isPast(now, time))
    .reduce(
      (left, right) => left === undefined || (right !== undefined && DateTime.isLessThan(right, left)) ? right : left,
      undefined
    )
}
