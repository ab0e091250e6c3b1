/** What a model needs to know of a run, in a few hundred tokens; the whole of it is a resource. Pure. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { present } from "@orchestrator/domain/Present"
import { Schema, Struct } from "effect"

export const Kind = Schema.Literals(Struct.keys(runKinds)).annotate({ description: "Kind of the run" })

const maybe = (description: string) => Schema.optionalKey(Schema.String.annotate({ description }))

export const RunOutline = Schema.Struct({
  summary: Schema.String.annotate({ description: "The run in one sentence" }),
  kind: Kind,
  name: Schema.String.annotate({ description: "Its name, which the other tools take" }),
  phase: Schema.String.annotate({ description: "Pending, Running, Succeeded, Failed or Cancelled" }),
  reason: maybe("Machine-readable reason for the phase"),
  message: maybe("The same for people, with what to do where something is missing"),
  waitingFor: Schema.optionalKey(
    Schema.Array(Schema.String).annotate({ description: "Runs that have to end before this one starts" })
  ),
  branch: maybe("Branch that holds the work"),
  pullRequestUrl: maybe("The pull request"),
  costUsd: Schema.optionalKey(Schema.Finite.annotate({ description: "Spent so far, in USD" })),
  createdAt: Schema.String.annotate({ description: "RFC 3339 time of creation" })
})
export type RunOutline = typeof RunOutline.Type

const told = ({ kind, message, name, phase, reason, status }: AnyRun): string => {
  const why = [reason, message].filter((part) => part !== undefined).join(": ")
  const result = status?.pullRequestUrl ?? status?.branch
  return `${kind} ${name} is ${phase}${why === "" ? "" : ` (${why})`}${
    result === undefined ? "" : `; result: ${result}`
  }`
}

export const outlineOf = (run: AnyRun): RunOutline => ({
  summary: told(run),
  kind: run.kind,
  name: run.name,
  phase: run.phase,
  ...present("reason", run.reason),
  ...present("message", run.message),
  ...present("waitingFor", run.waiting?.runs),
  ...present("branch", run.status?.branch),
  ...present("pullRequestUrl", run.status?.pullRequestUrl),
  ...present("costUsd", run.status?.usage?.costUsd),
  createdAt: run.createdAt
})
