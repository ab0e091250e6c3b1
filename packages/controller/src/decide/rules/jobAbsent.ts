import { filesName } from "@orchestrator/domain/Names"
import { encodeRunnerEnvironment } from "@orchestrator/domain/PodEnvironment"
import { type Tenant, tenantMarks } from "@orchestrator/domain/Tenant"
import { Result } from "effect"
import { Action } from "../../act/Action.ts"
import { filesDigest } from "../../manifest/Files.ts"
import { literals } from "../../manifest/Literal.ts"
import { filesManifest, jobManifest, workspaceManifest } from "../../manifest/Manifests.ts"
import { currentEntry, previousAttempt } from "../Attempts.ts"
import { currentJob } from "../CurrentAttempt.ts"
import type { ObservedAlive, Rule } from "../Plan.ts"
import type { RunSpec } from "../RunSpec.ts"
import { ended, endedWrite, refusedWrite, renamedWrite } from "../Status.ts"
import { filesTakenWrite } from "./filesTaken.ts"
import { startingStatus } from "./runningStatus.ts"

/**
 * No Job and no terminal status means that none was ever created: a Job cannot vanish before its result is stored, since our
 * finalizer holds it.
 */
export const jobAbsent: Rule = (observed) => {
  const { files, jobs, run } = observed
  if (currentJob(run, jobs) !== undefined || Result.isFailure(run.spec)) return undefined
  if (files.rendered === undefined) return []
  if (Result.isFailure(files.rendered)) {
    return ended(observed, { reason: "TemplateError", message: files.rendered.failure })
  }
  if (observed.workspace?.turn.tag === "taken") {
    return ended(observed, {
      reason: "NameCollision",
      message:
        `Every PersistentVolumeClaim that could be this run's workspace, ${observed.workspace.claim} first, is another's. Delete one of them, or use another spec.service.`
    })
  }
  const spec = withSession(observed, withBranch(observed, run.spec.success))
  const attempt = currentEntry(run, observed.now, undefined)
  const data = files.rendered.success
  const reference = { name: filesName(run.jobName, observed.nonce), digest: filesDigest(data) }
  return [
    ...lease(observed, spec),
    Action.CreateJob({
      job: jobManifest(observed, spec, reference),
      ifTaken: renamedWrite(observed),
      ifForbidden: refusedWrite(observed),
      ifInvalid: endedWrite(observed, { reason: "InvalidSpec", message: "The cluster refuses the run's Job." })
    }),
    Action.CreateFiles({
      files: filesManifest(observed, spec, reference.name, data),
      owner: observed.config.cleanup.deleteConfigMap
        ? { tag: "job", name: run.jobName, uid: undefined }
        : { tag: "run" },
      ifTaken: filesTakenWrite(observed, attempt)
    }),
    ...startingStatus(observed, attempt)
  ]
}

/** Of several runs of one task each gets a branch of its own. */
const withBranch = ({ contested }: ObservedAlive, spec: RunSpec): RunSpec => {
  const own = contested ? literals(encodeRunnerEnvironment({ ownBranch: true })) : []
  return { ...spec, task: [...spec.task, ...own], env: [...spec.env, ...own] }
}

/** A try that is taken up again goes on with what the one before it said, as far as that was kept, and knows why that did not count. */
const withSession = ({ lastSession, run }: ObservedAlive, spec: RunSpec): RunSpec => {
  const resume = spec.resume || run.attempt.retry > 0
  return {
    ...spec,
    resume,
    env: [
      ...spec.env,
      ...literals(encodeRunnerEnvironment({
        resumeSessionId: resume ? lastSession : undefined,
        previousAttempt: previousAttempt(run)
      }))
    ]
  }
}

/** The claim, made for this run and its tenant. */
export const createWorkspace = (observed: ObservedAlive, claim: string, tenant: Tenant): Action =>
  Action.CreateWorkspace({
    claim: workspaceManifest(observed, claim, tenant),
    ifTaken: endedWrite(observed, {
      reason: "NameCollision",
      message: `A PersistentVolumeClaim named ${claim} exists and is no workspace of this service.`
    })
  })

/** The claim is this run's before its Job is there; a claim that says nothing becomes its tenant's by the same write. */
const lease = (observed: ObservedAlive, { workspace: tenant }: RunSpec): ReadonlyArray<Action> => {
  const { config, run, workspace } = observed
  if (workspace === undefined || tenant === undefined) return []
  if (workspace.current === undefined) return [createWorkspace(observed, workspace.claim, tenant)]
  const { adopt = false, ...fence } = workspace.current
  const held = workspace.turn.tag === "mine" || config.storage.access === "Shared"
  return held && !adopt ? [] : [Action.LeaseWorkspace({
    namespace: run.namespace,
    claim: workspace.claim,
    ...fence,
    holder: run.uid,
    marks: adopt ? tenantMarks(tenant) : undefined
  })]
}
