import { Result } from "effect"
import { isAlive } from "../../attempt/CurrentAttempt.ts"
import type { RunSpec } from "../../kinds/RunSpec.ts"
import { filesDigest } from "../../manifest/Files.ts"
import { filesManifest, labelsOf, ownedByJob, ownedByRun } from "../../manifest/Manifests.ts"
import { Action } from "../Action.ts"
import { entryOf } from "../Attempts.ts"
import { conclude } from "../Conclude.ts"
import type { Rule } from "../Rule.ts"
import type { Started } from "../Stage.ts"
import { ended } from "../Status.ts"

/**
 * A Job without its files, after a crash between the two or when a person deleted them: made again, if they are still what the Job says.
 * Where they are not (a spec that was edited, other templates), an attempt that has begun has its own, and one that has not begins anew.
 */
export const filesAbsent: Rule<Started & { readonly spec: RunSpec }> = (stage) => {
  const { config, files, job, run, spec } = stage
  if (files.present || !isAlive(job) || files.rendered === undefined) return undefined
  if (Result.isFailure(files.rendered)) {
    return ended(stage, { reason: "TemplateError", message: files.rendered.failure, attempt: entryOf(run, job, {}) })
  }
  const { digest, name } = job.files ?? { name: job.name }
  const data = files.rendered.success
  if (digest !== undefined && digest !== filesDigest(data)) {
    return job.pod?.filesPlaced === true ? undefined : conclude(stage, job, {
      reason: "InfraLost",
      message: "The attempt's ConfigMap was deleted, and would have other content now."
    })
  }
  return [Action.CreateFiles({
    files: filesManifest(run, labelsOf(run, spec), name, data),
    owner: config.cleanup.deleteConfigMap ? ownedByJob(job.name, job.uid) : ownedByRun(run.kind, run)
  })]
}
