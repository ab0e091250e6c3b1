import { Result } from "effect"
import { Action } from "../Action.ts"
import { entryOf } from "../Attempts.ts"
import { currentJob, isAlive } from "../CurrentAttempt.ts"
import { filesManifest } from "../manifest/Manifests.ts"
import type { Rule } from "../Plan.ts"
import { ended, endedWrite } from "../Status.ts"

/** A Job without its files, after a crash between the two or when a person deleted them: made again. */
export const filesAbsent: Rule = (observed) => {
  const { config, files, jobs, run } = observed
  const job = currentJob(run, jobs)
  if (job === undefined || files.present || !isAlive(job) || files.rendered === undefined) return undefined
  if (Result.isFailure(run.wanted)) return undefined
  if (Result.isFailure(files.rendered)) {
    return ended(observed, { reason: "TemplateError", message: files.rendered.failure, attempt: entryOf(run, job, {}) })
  }
  return [Action.CreateFiles({
    files: filesManifest(observed, run.wanted.success, files.rendered.success),
    owner: config.cleanup.deleteConfigMap ? { tag: "job", uid: job.uid } : { tag: "run" },
    ifTaken: endedWrite(observed, {
      reason: "NameCollision",
      message: `A ConfigMap named ${job.name} exists and does not belong to this run. Delete or rename it.`,
      attempt: entryOf(run, job, {})
    })
  })]
}
