/** What would become of a run: all that starting it would do, and nothing done. */
import { Schema } from "effect"
import { maybe, text } from "./Described.ts"
import { Waiting } from "./RunAnswers.ts"

const texts = (description: string) => Schema.Array(Schema.String).annotate({ description })
const amount = (description: string) => Schema.Finite.annotate({ description })
const limit = (description: string) => Schema.optionalKey(Schema.Finite.annotate({ description }))

const PlannedStatus = Schema.Struct({
  phase: maybe("Phase"),
  reason: maybe("Machine-readable reason for the phase"),
  message: maybe("The same for people")
}).annotate({ identifier: "PlannedStatus", description: "What the run's status would say" })

const Decision = Schema.Struct({
  stage: text("What the run is at: Gone, Finished, Superseding, Unreadable, NotStarted or Started"),
  rule: text("The rule of that stage which decides, as docs/life-of-a-run.md names it"),
  status: Schema.optionalKey(PlannedStatus),
  actions: Schema.Array(Schema.Struct({
    action: text("CreateJob, WriteStatus, ..."),
    object: text("What it is done to, as kubectl names it: `job/code-a-v1-3f9c2a1b`")
  })).annotate({ description: "In this order; none: nothing is to be done now" }),
  lookAgainAt: maybe("RFC 3339 time at which it is looked at again although nothing happens")
}).annotate({ identifier: "PlanDecision", description: "What the next look at the run does, and by which rule" })

const PlannedAttempt = Schema.Struct({
  jobName: text("Name of its Job"),
  job: Schema.optionalKey(
    Schema.Json.annotate({
      description: "Manifest of the Job; absent for who may not get Jobs. Secrets are in it by reference"
    })
  ),
  files: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.String).annotate({
      description: "The rendered files of the agent by name; absent for who may not get ConfigMaps"
    })
  ),
  filesBytes: amount("Size of the files together"),
  filesLimitBytes: amount("What a ConfigMap holds at most")
}).annotate({ identifier: "PlannedAttempt", description: "What the next attempt starts with when its turn has come" })

const PlannedWorkspace = Schema.Struct({
  claim: text("Name of its PersistentVolumeClaim"),
  exists: Schema.Boolean.annotate({ description: "Whether it is there; else it is made" }),
  holder: maybe("Run that holds it now, where that is another one")
}).annotate({ identifier: "PlannedWorkspace", description: "The workspace that the run works in" })

const Limits = Schema.Struct({
  costUsd: limit("What the run may still spend, in USD"),
  turns: limit("Turns that the run may still take"),
  timeoutSeconds: limit("How long one attempt may take"),
  maxCostUsd: amount("Ceiling of spec.maxCostUsd"),
  maxTurns: amount("Ceiling of spec.maxTurns"),
  maxTimeoutSeconds: amount("Ceiling of spec.timeoutSeconds"),
  activeRuns: limit("Runs at the same time; absent: any number"),
  activeRunsPerGithubUser: limit("Of them, of one GitHub user"),
  activeRunsPerService: limit("Of them, of one service")
}).annotate({ identifier: "PlannedLimits", description: "What applies to the run, and the installation's ceilings" })

const Price = Schema.Struct({
  model: text("Name of the model"),
  input: limit("USD per million tokens read; absent with the others: the model has no price here"),
  output: limit("USD per million tokens written"),
  cacheRead: limit("USD per million tokens read from the cache"),
  cacheWrite: limit("USD per million tokens written to a cache of five minutes"),
  cacheWrite1h: limit("USD per million tokens written to a cache of an hour")
}).annotate({ identifier: "PlannedPrice", description: "What the model costs" })

const Missing = Schema.Struct({
  kind: Schema.Literals(["Secret", "Permission"]),
  name: text("The Secret, or the permission in kubectl's words: `use secrets github-token-octocat`"),
  keys: Schema.optionalKey(texts("Keys that are needed of the Secret")),
  state: Schema.Literals(["missing", "unknown"]).annotate({
    description: "`unknown`: neither the orchestrator nor you may look, or the cluster does not say"
  }),
  consequence: text("What comes of it"),
  fix: texts("Commands that mend it, one after the other")
}).annotate({ identifier: "PlannedMissing", description: "What is missing for the run, and what mends it" })

export const RunPlan = Schema.Struct({
  kind: text("Kind of the run"),
  name: text("Name that the run has or would get"),
  namespace: text("Kubernetes namespace"),
  spec: Schema.Json.annotate({ description: "Its spec as it is stored, or would be: everything filled in" }),
  placeholders: Schema.optionalKey(
    Schema.Struct({
      name: maybe("Ends the name, for what the cluster makes up"),
      uid: maybe("The run's UID; its first eight characters are in names"),
      nonce: text("Ends the name of the ConfigMap")
    }).annotate({
      identifier: "PlanPlaceholders",
      description: "Texts of this answer which stand for what only the cluster, or the start, decides"
    })
  ),
  decision: Decision,
  attempt: Schema.optionalKey(PlannedAttempt),
  failure: Schema.optionalKey(
    PlannedStatus.annotate({ description: "How the run would end when its turn has come; absent: it starts" })
  ),
  workspace: Schema.optionalKey(PlannedWorkspace),
  waiting: Schema.optionalKey(Waiting),
  limits: Limits,
  price: Schema.optionalKey(Price),
  missing: Schema.Array(Missing).annotate({
    description: "Secrets and permissions that the run or its requester lacks"
  }),
  warnings: texts("What somebody should know before, one sentence each")
}).annotate({ identifier: "RunPlan", description: "What would become of a run; nothing has been done" })
export type RunPlan = typeof RunPlan.Type
