/** What one asks of a run's log, conversation and other evidence, in kubectl's words. */
import { agentContainer, loggedContainers } from "@orchestrator/domain/PodParts"
import { attemptPattern } from "@orchestrator/domain/Retry"
import { Schema } from "effect"
import { Flag } from "./Parameters.ts"

const attempt = Schema.optionalKey(
  Schema.String.check(
    Schema.isPattern(attemptPattern, { expected: "an attempt such as 2, or 2-r1 for its first automatic retry" })
  ).annotate({
    description:
      "`2` for context version 2, `2-r1` for its first automatic retry; also one that has ended. Default: the newest"
  })
)

const follow = Schema.optionalKey(
  Flag.annotate({
    description: "Stream until the attempt ends; waits up to 30 seconds for one that is about to start. Default false"
  })
)

/** `300`, `90s`, `5m`, `1h30m`, `2026-01-01T12:00:00Z`. */
export const sincePattern =
  /^(?:\d{1,9}s?|\d{1,6}m(?:\d{1,6}s)?|\d{1,6}h(?:\d{1,6}m)?(?:\d{1,6}s)?|\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d))$/u

const since = (what: string) =>
  Schema.optionalKey(
    Schema.String.check(
      Schema.isPattern(sincePattern, { expected: "a duration such as 300, 5m or 1h30m, or an RFC 3339 time" })
    ).annotate({ description: `Only ${what} since then: seconds, a duration such as \`5m\`, or an RFC 3339 time` })
  )

export const logOptions = {
  follow,
  since: since("lines"),
  tail: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })).annotate({
      description: "Only this many of the last lines"
    })
  ),
  timestamps: Schema.optionalKey(
    Flag.annotate({ description: "Prefix every line with its RFC 3339 time. Default false" })
  ),
  attempt,
  container: Schema.optionalKey(
    Schema.Literals(loggedContainers).annotate({
      description: `Default ${agentContainer}, whose log alone is kept after the pod is gone`
    })
  )
}

export const transcriptOptions = { follow, since: since("events"), attempt }

/** Of what is kept of an attempt. */
export const evidenceOptions = { attempt }
