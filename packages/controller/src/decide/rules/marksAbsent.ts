import { labelValue, ourLabels, runLabel, runUidLabel } from "@orchestrator/domain/Labels"
import { lacksMarks } from "../../attempt/OwnJob.ts"
import type { Observed } from "../../facts/Observed.ts"
import type { RunFacts } from "../../facts/Run.ts"
import { ownedByRun } from "../../manifest/Manifests.ts"
import { Action } from "../Action.ts"

/** Labels, owner or finalizer of a Job were taken off: without them nobody follows it, or it stays for ever, or goes before its result is stored. */
export const marksAbsent = (
  { jobs, run }: Observed & { readonly run: RunFacts }
): ReadonlyArray<Action> | undefined => {
  const job = jobs.find((each) => lacksMarks(run, each))
  return job && [Action.MarkJob({
    namespace: job.namespace,
    name: job.name,
    uid: job.uid,
    resourceVersion: job.resourceVersion,
    labels: { ...ourLabels, [runUidLabel]: run.uid, [runLabel]: labelValue(run.name) },
    owner: job.owners.includes(run.uid) ? undefined : ownedByRun(run.kind, run),
    finalizer: !job.held
  })]
}
