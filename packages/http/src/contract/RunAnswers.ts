/**
 * Runs as clients see them. A run whose stored object does not follow the schema (made by hand, or by another version) is shown with
 * what is wrong and what is stored, instead of failing the answer.
 */
import { Attempt } from "@orchestrator/domain/Attempt"
import { RunExplanation } from "@orchestrator/domain/RunExplanation"
import { Schema } from "effect"
import { maybe, text } from "./Described.ts"
import { FieldFault } from "./Problem.ts"
import { RunLimits } from "./RunDetails.ts"

export const RunLinks = Schema.Struct({
  self: text("This run"),
  attempts: text("Its attempts"),
  files: text("The files that its agent was given"),
  logs: text("What its agent prints"),
  transcript: text("The conversation of its agent"),
  diff: text("What it delivered, as a patch, once an attempt has ended"),
  result: text("What is reported of its end"),
  cancel: text("POST stops it"),
  retry: text("POST starts the next attempt")
}).annotate({ identifier: "RunLinks", description: "Paths on this server" })
export type RunLinks = typeof RunLinks.Type

export const Waiting = Schema.Struct({
  runs: Schema.Array(Schema.String).annotate({
    description:
      "Runs that have to end first: who has the workspace or is next there, or what `dependsOn` names and has not succeeded"
  }),
  limit: maybe("The limit of concurrent runs that is reached; absent in lists"),
  position: Schema.optionalKey(
    Schema.Int.annotate({
      description: "From 1, among those that wait for the same workspace or slot; absent in lists"
    })
  )
}).annotate({ identifier: "Waiting", description: "Whom a run waits for at this moment, as this server sees it" })

const common = {
  name: text("Name, unique in the namespace and kind"),
  namespace: text("Kubernetes namespace"),
  uid: text("Unique over time: a run that is made again under the same name has another"),
  resourceVersion: text("Changes with every change of the run"),
  generation: Schema.Int.annotate({ description: "Changes with every change of the spec" }),
  observedGeneration: Schema.optionalKey(
    Schema.Int.annotate({ description: "Generation of the spec that the status speaks of; absent until it speaks" })
  ),
  createdAt: text("RFC 3339 time of creation"),
  deletedAt: maybe("RFC 3339 time at which deletion was asked for; absent otherwise"),
  phase: text("Pending, Running, Succeeded, Failed or Cancelled; Pending from the request for another attempt on"),
  reason: maybe("Machine-readable reason for the phase"),
  message: maybe("The same for people"),
  cancelling: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "true: the run has been asked to stop and has not ended; absent otherwise" })
  ),
  waiting: Schema.optionalKey(Waiting),
  explanation: Schema.optionalKey(RunExplanation).annotate({
    description: "Why it is where it is, and what to do next; absent in lists and events"
  }),
  limits: Schema.optionalKey(RunLimits).annotate({
    description: "What it may use; absent in lists and events, and where its spec cannot be read"
  }),
  links: RunLinks,
  problems: Schema.optionalKey(
    Schema.Array(FieldFault).annotate({
      description: "Why `spec` or `status` is absent: what does not follow the schema"
    })
  ),
  raw: Schema.optionalKey(
    Schema.Struct({ spec: Schema.optionalKey(Schema.Json), status: Schema.optionalKey(Schema.Json) })
      .annotate({ description: "What is stored, where it does not follow the schema" })
  )
}

interface Shape<Name, Spec, Status> {
  readonly kind: Name
  readonly spec: Spec
  readonly status: Status
}

export const runAnswer = <const Name extends string, Spec extends Schema.Top, Status extends Schema.Top>(
  { kind, spec, status }: Shape<Name, Spec, Status>
) =>
  Schema.Struct({
    kind: Schema.Literal(kind),
    ...common,
    spec: Schema.optionalKey(spec),
    status: Schema.optionalKey(status)
  }).annotate({ identifier: `${kind}Answer`, description: `A ${kind}` })

export const pageOf = <S extends Schema.Constraint>({ kind }: { readonly kind: string }, answer: S) =>
  Schema.Struct({
    items: Schema.Array(answer).annotate({
      description: "Runs by name unless `sort` says otherwise; with filters a page may hold fewer than the limit"
    }),
    continue: maybe("Asks for the next page; absent on the last"),
    resourceVersion: maybe("Version of the cluster's runs that the page is of: nothing in it is older")
  }).annotate({ identifier: `${kind}Page`, description: "One page of runs" })

export const RunFiles = Schema.Struct({
  configMap: text("ConfigMap that holds them"),
  files: Schema.Record(Schema.String, Schema.String).annotate({ description: "Content by file name" })
}).annotate({ identifier: "RunFiles", description: "The files that the agent of the newest attempt was given" })

export const RunAttempts = Schema.Struct({
  items: Schema.Array(Attempt).annotate({ description: "The newest ten attempts, oldest first" })
}).annotate({ identifier: "RunAttempts", description: "Attempts of a run" })
