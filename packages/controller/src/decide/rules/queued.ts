import { sentence } from "@orchestrator/domain/Text"
import { isEvicted, isQueued } from "../../attempt/Queue.ts"
import { currentEntry } from "../Attempts.ts"
import { conclude } from "../Conclude.ts"
import { interruption } from "../Judge.ts"
import type { Rule } from "../Rule.ts"
import type { Started } from "../Stage.ts"
import { queuedMessage } from "../Standing.ts"
import { waiting } from "../Status.ts"

/**
 * Kueue has taken an attempt's place when its agent had begun: what its pod has left is recorded once that has ended, and the next attempt,
 * in the queue again, goes on in the same session.
 */
export const evicted: Rule<Started> = (stage) => {
  const { job, run } = stage
  if (!isEvicted(job, run)) return undefined
  if (job.pod?.over === false) return []
  const why = job.workload?.evicted?.message ?? ""
  return conclude(
    stage,
    job,
    interruption(job) ?? {
      reason: "InfraLost",
      message: why === "" ? "Kueue evicted the attempt." : `Kueue evicted the attempt: ${sentence(why)}`
    }
  )
}

/** Kueue has not admitted the Job: nothing runs, no time passes, and Kueue's words say why. */
export const queued: Rule<Started> = (stage) => {
  const { job, now, run } = stage
  if (!isQueued(job) || job.queue === undefined || job.end !== undefined) return undefined
  return waiting(stage, "WaitingForAdmission", queuedMessage(job, job.queue), currentEntry(run, now, job))
}
