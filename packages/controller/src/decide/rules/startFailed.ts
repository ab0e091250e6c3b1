import { isAlive } from "../../attempt/CurrentAttempt.ts"
import { isPast } from "../../attempt/StartClock.ts"
import { currentEntry } from "../Attempts.ts"
import type { Rule } from "../Rule.ts"
import { failureOf } from "../RunningStatus.ts"
import type { Started } from "../Stage.ts"
import { standingOf, startDeadline } from "../Standing.ts"
import { ended } from "../Status.ts"

/**
 * An attempt whose agent cannot begin ends after some minutes, with the cause and not as a deadline; workspace and slot are free once the
 * Job, which `terminal` then stops, has no pod.
 */
export const startFailed: Rule<Started> = (stage) => {
  const { config, job, now, run } = stage
  if (!isAlive(job)) return undefined
  const standing = standingOf(job, now)
  if (!isPast(now, startDeadline(job, standing, config))) return undefined
  const failure = failureOf(run, standing)
  return failure === undefined ? undefined : ended(stage, { ...failure, attempt: currentEntry(run, now, job) })
}
