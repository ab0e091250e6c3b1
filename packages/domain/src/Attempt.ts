/** One attempt of a run: one Job, at most one ever for its (run, contextVersion, retry). */
import { Schema } from "effect"
import { Outcome } from "./Phase.ts"
import { SessionId } from "./Reported.ts"
import { Usage } from "./Usage.ts"

export const Attempt = Schema.Struct({
  contextVersion: Schema.Int.annotate({ description: "Context version that the attempt worked on" }),
  retry: Schema.optionalKey(
    Schema.Int.annotate({
      description:
        "Automatic retries of the context version, after infrastructure loss or a usage limit; absent for the first try"
    })
  ),
  jobName: Schema.String.annotate({ description: "Kubernetes Job of the attempt" }),
  sessionId: Schema.optionalKey(SessionId.annotate({ description: "Session of the agent" })),
  resumed: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "Whether the attempt continued an earlier session" })
  ),
  startedAt: Schema.optionalKey(Schema.String.annotate({ description: "RFC 3339 time of the Job's creation" })),
  finishedAt: Schema.optionalKey(Schema.String.annotate({ description: "RFC 3339 time of the end" })),
  outcome: Schema.optionalKey(
    Outcome.annotate({ description: "Succeeded, Failed or Cancelled; absent while it runs" })
  ),
  reason: Schema.optionalKey(Schema.String.annotate({ description: "Machine-readable reason of the outcome" })),
  message: Schema.optionalKey(
    Schema.String.annotate({
      description: "Why it did not succeed; kept for the newest attempt, and given to the next one"
    })
  ),
  exitCode: Schema.optionalKey(Schema.Int.annotate({ description: "Exit code of the agent's container" })),
  usage: Schema.optionalKey(Usage.annotate({ description: "What the attempt used" }))
})
export type Attempt = typeof Attempt.Type

const kept = 10

/** The history with this attempt in it, in the place of the entry of the same Job; the newest ten, oldest first. */
export const recordAttempt = (
  history: ReadonlyArray<Attempt> | undefined,
  attempt: Attempt
): ReadonlyArray<Attempt> => {
  const before = history ?? []
  const known = before.some(({ jobName }) => jobName === attempt.jobName)
  const next = known
    ? before.map((entry) => (entry.jobName === attempt.jobName ? attempt : entry))
    : [...before.map(({ message: _, ...entry }) => entry), attempt]
  return next.slice(-kept)
}
