/** What belongs to one run beside the run itself: the runs that it is bound to, and what the cluster says of its objects. */
import { Schema } from "effect"
import { maybe, text } from "./Described.ts"

/** What a run may use, over all attempts. */
export const RunLimits = Schema.Struct({
  costUsd: Schema.Finite.annotate({ description: "What the run may spend, over all attempts, in USD" }),
  turns: Schema.Finite.annotate({ description: "Turns that the run may take, over all attempts" }),
  timeoutSeconds: Schema.Finite.annotate({ description: "How long one attempt may take" })
}).annotate({
  identifier: "RunLimits",
  description: "What the run may use: by its own fields, else by its profile, else by the configuration"
})

const RelatedRun = Schema.Struct({
  name: text("Name of the run"),
  phase: maybe("Pending, Running, Succeeded, Failed or Cancelled; absent: there is no such run"),
  reason: maybe("Machine-readable reason for the phase"),
  dependsOn: Schema.Array(Schema.String).annotate({ description: "Names of the runs that it waits for" })
}).annotate({ identifier: "RelatedRun", description: "A run that another one depends on, or that depends on it" })
export type RelatedRun = typeof RelatedRun.Type

export const RunDependencies = Schema.Struct({
  items: Schema.Array(RelatedRun).annotate({
    description:
      "The run itself, those that it depends on and those that depend on it, directly or over others; the nearest first"
  }),
  isComplete: Schema.Boolean.annotate({ description: "false: there are more than these 200" })
}).annotate({ identifier: "RunDependencies", description: "The runs that a run is bound to by `dependsOn`" })

export const ClusterEvent = Schema.Struct({
  time: text("RFC 3339 time at which it was seen last"),
  type: text("Normal or Warning"),
  reason: text("Machine-readable reason"),
  message: text("The same for people, as the cluster says it"),
  count: Schema.Int.annotate({ description: "How often it was seen" }),
  object: text("What it is about, as kubectl names it: `pod/code-a-v1-3f9c2a1b-x7k2p`"),
  source: maybe("Who says so: a controller, the scheduler, a node")
}).annotate({ identifier: "ClusterEvent", description: "A Kubernetes Event" })
export type ClusterEvent = typeof ClusterEvent.Type

export const RunClusterEvents = Schema.Struct({
  items: Schema.Array(ClusterEvent).annotate({ description: "The newest 500, oldest first" })
}).annotate({
  identifier: "RunClusterEvents",
  description:
    "What the cluster says of a run, its Jobs and the pods that are there; it forgets that after an hour or so"
})
