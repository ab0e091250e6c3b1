import { Result } from "effect"
import { Action } from "../../act/Action.ts"
import { filesDigest } from "../../manifest/Files.ts"
import { filesManifest } from "../../manifest/Manifests.ts"
import { entryOf } from "../Attempts.ts"
import { currentJob, isAlive } from "../CurrentAttempt.ts"
import type { Rule } from "../Plan.ts"
import { ended } from "../Status.ts"
import { conclude } from "./conclude.ts"
import { filesTakenWrite } from "./filesTaken.ts"

/**
 * A Job without its files, after a crash between the two or when a person deleted them: made again, if they are still what the Job says.
 * Where they are not (a spec that was edited, other templates), an attempt that has begun has its own, and one that has not begins anew.
 */
export const filesAbsent: Rule = (observed) => {
  const { config, files, jobs, run } = observed
  const job = currentJob(run, jobs)
  if (job === undefined || files.present || !isAlive(job) || files.rendered === undefined) return undefined
  if (Result.isFailure(run.spec)) return undefined
  if (Result.isFailure(files.rendered)) {
    return ended(observed, { reason: "TemplateError", message: files.rendered.failure, attempt: entryOf(run, job, {}) })
  }
  const { digest, name } = job.files ?? { name: job.name }
  const data = files.rendered.success
  if (digest !== undefined && digest !== filesDigest(data)) {
    return job.pod?.filesPlaced === true ? undefined : conclude(observed, job, {
      reason: "InfraLost",
      message: "The files of the attempt are gone, and would be others now."
    })
  }
  return [Action.CreateFiles({
    files: filesManifest(observed, run.spec.success, name, data),
    owner: config.cleanup.deleteConfigMap ? { tag: "job", name: job.name, uid: job.uid } : { tag: "run" },
    ifTaken: filesTakenWrite(observed, entryOf(run, job, {}))
  })]
}
