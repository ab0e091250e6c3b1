/** From a stored run to what decisions read of it. Nothing in a stored object can make this fail. */
import { CodeRunStatus } from "@orchestrator/domain/CodeRun"
import { tolerantDecoder } from "@orchestrator/domain/Decode"
import type { AttemptKey } from "@orchestrator/domain/Retry"
import { Result } from "effect"
import { attemptOf } from "../decide/CurrentAttempt.ts"
import { type KindName, runKinds } from "../kinds/RunKind.ts"
import type { ObservedRun, RunStatusView } from "./Observed.ts"
import { makeRecent } from "./Recent.ts"
import type { StoredRun } from "./StoredRun.ts"

/** The fields of both kinds; DocsRun's status is a part of CodeRun's. */
const decodeStatus = tolerantDecoder(CodeRunStatus)

/** Of the runs that were looked at last: of all, they would take as much room as the runs themselves. */
const views = makeRecent<StoredRun, ObservedRun>()

export const observeRun = (kind: KindName, object: StoredRun): ObservedRun => {
  const known = views.get(object)
  if (known !== undefined) return known
  const { metadata, spec } = object
  const version = spec["contextVersion"]
  const contextVersion = kind === "CodeRun" && typeof version === "number" && Number.isInteger(version) ? version : 1
  const status = statusView(object.status)
  const attempt = attemptOf(contextVersion, status)
  const cancelledVersion = spec["cancel"] === true ? cancelledBefore(attempt, status) : undefined
  const [name, uid] = [metadata.name ?? "", metadata.uid ?? ""]
  let decoded: ObservedRun["spec"] | undefined
  const view: ObservedRun = {
    kind,
    namespace: metadata.namespace ?? "",
    name,
    uid,
    resourceVersion: metadata.resourceVersion ?? "",
    generation: metadata.generation ?? 1,
    deleting: metadata.deletionTimestamp !== undefined,
    // Asked of runs that have something to do; of a finished one the store has not kept it.
    get spec() {
      return decoded ??= specOf(kind, object)
    },
    contextVersion,
    cancel: spec["cancel"] === true && cancelledVersion === undefined,
    cancelledVersion,
    status,
    attempt,
    jobName: renamedJob(kind, name, uid, attempt, status) ?? runKinds[kind].jobName(name, uid, attempt),
    object
  }
  views.set(object, view)
  return view
}

/** The name that the status records for this attempt's Job, where its first one was taken. Of no other form is any name believed. */
const renamedJob = (
  kind: KindName,
  name: string,
  uid: string,
  attempt: AttemptKey,
  { contextVersion, jobName }: RunStatusView
): string | undefined => {
  if (jobName === undefined || contextVersion !== attempt.contextVersion) return undefined
  const again = /-([0-9a-f]{8})$/.exec(jobName)?.[1]
  return again !== undefined && runKinds[kind].jobName(name, uid, attempt, again) === jobName ? jobName : undefined
}

/** The earlier version that a standing request to cancel has ended, which is thereby done. */
const cancelledBefore = ({ contextVersion }: AttemptKey, status: RunStatusView): number | undefined => {
  const before = status.contextVersion
  return status.cancelledVersion ??
    (before !== undefined && before < contextVersion && status.phase === "Cancelled" ? before : undefined)
}

const decodedSpecs = makeRecent<StoredRun["spec"], ObservedRun["spec"]>()

/** By spec, which most versions of a run share. Of a reduced one it lacks what only the Job needs. */
const specOf = (kind: KindName, object: StoredRun): ObservedRun["spec"] => {
  const problems = object.reduced?.problems ?? []
  if (problems.length > 0) return Result.fail(problems)
  const known = decodedSpecs.get(object.spec)
  if (known !== undefined) return known
  const spec = runKinds[kind].decodeSpec(object)
  decodedSpecs.set(object.spec, spec)
  return spec
}

/** What an older version stored of a container's words is held to the same types as what comes in now. */
const statusView = (status: StoredRun["status"]): RunStatusView =>
  Result.match(decodeStatus(status ?? {}), { onFailure: () => ({}), onSuccess: ({ value }) => value })
