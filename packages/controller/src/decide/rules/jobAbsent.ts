import { usesKueue } from "@orchestrator/domain/Kueue"
import { leaseAnnotation } from "@orchestrator/domain/Labels"
import { filesName } from "@orchestrator/domain/Names"
import { encodeRunnerEnvironment } from "@orchestrator/domain/PodEnvironment"
import { tenantMarks } from "@orchestrator/domain/Tenant"
import { Result } from "effect"
import { literals } from "../../kinds/Literal.ts"
import type { RunSpec } from "../../kinds/RunSpec.ts"
import { filesDigest } from "../../manifest/Files.ts"
import { filesManifest, jobManifest, labelsOf, ownedByJob, ownedByRun } from "../../manifest/Manifests.ts"
import { Action } from "../Action.ts"
import { previousAttempt } from "../Attempts.ts"
import { createWorkspace } from "../CreateWorkspace.ts"
import type { Rule } from "../Rule.ts"
import { startingStatus } from "../RunningStatus.ts"
import type { NotStarted } from "../Stage.ts"
import { ended } from "../Status.ts"

/**
 * No Job and no terminal status means that none was ever created: a Job cannot vanish before its result is stored, since our
 * finalizer holds it.
 */
export const jobAbsent: Rule<NotStarted> = (stage) => {
  const { config, files, nonce, run } = stage
  if (files.rendered === undefined) return []
  if (Result.isFailure(files.rendered)) {
    return ended(stage, { reason: "TemplateError", message: files.rendered.failure })
  }
  if (stage.workspace?.turn.tag === "taken") {
    return ended(stage, {
      reason: "NameCollision",
      message:
        `Every PersistentVolumeClaim that could be this run's workspace (${stage.workspace.claim} first) belongs to others. Delete one of them, or use another spec.service.`
    })
  }
  const spec = withSession(stage, withBranch(stage, stage.spec))
  const data = files.rendered.success
  const labels = labelsOf(run, spec)
  const reference = { name: filesName(run.jobName, nonce), digest: filesDigest(data) }
  return [
    ...lease(stage, spec),
    Action.CreateJob({ job: jobManifest(stage, spec, labels, reference) }),
    Action.CreateFiles({
      files: filesManifest(run, labels, reference.name, data),
      owner: config.cleanup.deleteConfigMap ? ownedByJob(run.jobName, undefined) : ownedByRun(run.kind, run)
    }),
    ...(usesKueue(config.kueue) ? [] : startingStatus(stage))
  ]
}

/** Of several runs of one task each gets a branch of its own. */
const withBranch = ({ contested }: NotStarted, spec: RunSpec): RunSpec => {
  const own = contested ? literals(encodeRunnerEnvironment({ ownBranch: true })) : []
  return { ...spec, task: () => [...spec.task(), ...own] }
}

/** A try that is taken up again goes on with what the one before it said, as far as that was kept, and knows why that did not count. */
const withSession = ({ lastSession, run }: NotStarted, spec: RunSpec): RunSpec => {
  const resume = spec.resume || run.attempt.retry > 0
  return {
    ...spec,
    resume,
    env: () => [
      ...spec.env(),
      ...literals(encodeRunnerEnvironment({
        resumeSessionId: resume ? lastSession : undefined,
        previousAttempt: previousAttempt(run)
      }))
    ]
  }
}

/** The claim is this run's before its Job is there; a claim that says nothing becomes its tenant's by the same write. */
const lease = (stage: NotStarted, { workspace: tenant }: RunSpec): ReadonlyArray<Action> => {
  const { config, nonce, run, workspace } = stage
  if (workspace === undefined || tenant === undefined) return []
  if (workspace.current === undefined) return [createWorkspace(stage, workspace.claim, tenant)]
  const { adopt = false, ...fence } = workspace.current
  const held = workspace.turn.tag === "mine" || config.storage.access === "Shared"
  const marks = adopt ? tenantMarks(tenant) : undefined
  return held && !adopt ? [] : [Action.LeaseWorkspace({
    namespace: run.namespace,
    claim: workspace.claim,
    ...fence,
    holder: run.uid,
    marks: { ...marks, annotations: { ...marks?.annotations, [leaseAnnotation]: nonce } }
  })]
}
