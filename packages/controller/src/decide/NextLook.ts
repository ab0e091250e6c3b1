/** When a run is to be looked at again although nothing has happened: the next of the times that a rule waits for. */
import { DateTime } from "effect"
import { isAlive } from "../attempt/CurrentAttempt.ts"
import { pausedUntil } from "../attempt/Pause.ts"
import { podEndUntil } from "../attempt/PodEnd.ts"
import { agentDeadline, isPast, schedulingUntil, usualUntil } from "../attempt/StartClock.ts"
import type { Plan } from "./Rule.ts"
import type { NotStarted, Started, Superseding, Unreadable } from "./Stage.ts"
import { standingOf, startDeadline } from "./Standing.ts"

export const nextLook = (stage: Superseding | Unreadable | NotStarted | Started): Pick<Plan, "wakeAt"> => {
  const times = [
    ...(stage.tag === "Started" ? timesOf(stage) : []),
    ...(stage.tag === "NotStarted" && stage.workspace?.turn.tag === "waiting" ? [stage.workspace.turn.until] : []),
    ...(stage.tag === "NotStarted" ? [stage.hold?.until, stage.fullBudget?.opensAt] : []),
    ...(stage.tag === "Superseding" ? [podEndUntil(stage.former)] : []),
    pausedUntil(stage)
  ]
  const wakeAt = times.filter((time) => !isPast(stage.now, time)).reduce(
    (left, right) => left === undefined || (right !== undefined && DateTime.isLessThan(right, left)) ? right : left,
    undefined
  )
  return wakeAt === undefined ? {} : { wakeAt }
}

const timesOf = ({ config, job, now }: Started): ReadonlyArray<DateTime.Utc | undefined> => {
  const podEnd = podEndUntil(job)
  if (!isAlive(job) || job.stopping !== undefined) return [podEnd]
  if (podEnd !== undefined) return [podEnd]
  return job.pod?.begun === true
    ? [agentDeadline(job)]
    : [usualUntil(job), schedulingUntil(job), startDeadline(job, standingOf(job, now), config)]
}
