/**
 * Status fields that CodeRun and DocsRun share. Descriptions and names of the first group are the compatibility contract; the second
 * group is additive. Status is derived from what was observed, and written only when it differs.
 */
import { Schema } from "effect"
import { Attempt } from "./Attempt.ts"
import { Condition } from "./Condition.ts"
import { Usage } from "./Usage.ts"

const text = (description: string) => Schema.optionalKey(Schema.String.annotate({ description }))

/** The fields whose descriptions name the work: "code implementation" or "documentation generation". */
export const commonStatus = (kind: string, work: string) => ({
  phase: text(`Current phase of the ${work}`),
  message: text("Human-readable message about the current state"),
  lastUpdate: text("Timestamp when this phase was reached"),
  jobName: text("Associated Kubernetes Job name"),
  pullRequestUrl: text("Pull request URL if created"),
  conditions: Schema.optionalKey(Schema.Array(Condition).annotate({ description: `Conditions for the ${kind}` })),
  configmapName: text("Name of the ConfigMap containing the prompt and context"),
  observedGeneration: Schema.optionalKey(
    Schema.Int.annotate({ description: "Generation of the spec that this status was derived from" })
  ),
  startedAt: text("RFC 3339 time at which the current attempt's Job was created"),
  finishedAt: text("RFC 3339 time at which the run reached a terminal phase"),
  expiresAt: text("RFC 3339 time at which Job, pod and files are removed; absent when they are kept"),
  resumesAt: text(
    "RFC 3339 time at which a run that waits for a usage limit or after infrastructure loss resumes automatically"
  ),
  reason: text("Machine-readable CamelCase reason for the phase"),
  attempts: Schema.optionalKey(
    Schema.Array(Attempt).annotate({ description: "The newest ten attempts, oldest first" })
  ),
  usage: Schema.optionalKey(Usage.annotate({ description: "What the run used, summed over attempts" })),
  branch: text("Branch that holds the work"),
  headCommit: text("Commit at the head of the branch, as read back from the remote"),
  originalUid: text(
    "UID that the run had when it was made first; absent unless it was restored from a backup. Its branch, its sessions, its Jobs and its evidence are named after it"
  ),
  workspace: text("PersistentVolumeClaim that holds the workspace; absent where it is ephemeral")
})
