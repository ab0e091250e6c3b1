/** What lists, events and bulk requests select runs by: the same fields for all of them, and those of the kind. */
import { parseLabelSelector } from "@orchestrator/domain/LabelSelector"
import { Phase } from "@orchestrator/domain/Phase"
import { Reason } from "@orchestrator/domain/Reason"
import { rule } from "@orchestrator/domain/SpecText"
import { DateTime, Option, Record, Result, Schema } from "effect"
import { pageFields } from "./Parameters.ts"

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/u

const Timestamp = Schema.String.check(
  Schema.isPattern(rfc3339, { expected: "an RFC 3339 time such as 2026-01-31T12:00:00Z" }),
  rule<string>("a day and a time that exist", (text) => Option.isSome(DateTime.make(text)), { format: "date-time" })
)

const Selector = Schema.String.check(
  Schema.isBetweenLength(1, 512),
  rule<string>(
    "a Kubernetes label selector such as team=payments,tier in (a,b),!legacy",
    (text) => Result.isSuccess(parseLabelSelector(text)),
    { pattern: "^[-\\w./=!<>(), ]+$" }
  )
)

/** All filters together fit into the head of a request, however they are encoded. */
const text = (max: number) => Schema.String.check(Schema.isMaxLength(max))

const common = {
  phase: Schema.optionalKey(Phase.annotate({ description: "Only runs in this phase" })),
  reason: Schema.optionalKey(Reason.annotate({ description: "Only runs whose phase has this reason" })),
  githubUser: Schema.optionalKey(
    text(60).annotate({ description: "Only runs of this GitHub user; upper and lower case are the same" })
  ),
  label: Schema.optionalKey(
    Schema.Array(Selector).check(Schema.isBetweenLength(1, 4)).annotate({
      description: "Only runs whose labels match this Kubernetes label selector; of several, all of them"
    })
  ),
  createdAfter: Schema.optionalKey(
    Timestamp.annotate({ description: "Only runs that were created after this RFC 3339 time" })
  ),
  q: Schema.optionalKey(
    Schema.String.check(Schema.isBetweenLength(1, 200)).annotate({
      description:
        "Only runs with this text in their name, in what they are to do and where, or in what their status says; upper and lower case are the same"
    })
  )
}

/** The order of a list. */
export const Sort = Schema.Literals(["name", "createdAt", "-createdAt"])
export type Sort = typeof Sort.Type

type OwnFilters<Own extends Readonly<Record<string, Schema.Top>>> = {
  readonly [Field in keyof Own]: Schema.optionalKey<Own[Field]>
}

/** Of every kind, and of this one. */
export const filterFields = <const Own extends Readonly<Record<string, Schema.Top>>>(own: Own) => ({
  ...common,
  ...Record.map(own, (field) => Schema.optionalKey(field)) as OwnFilters<Own>
})

/** The query of a list. */
export const listQuery = <const Own extends Readonly<Record<string, Schema.Top>>>(own: Own) => ({
  ...filterFields(own),
  user: Schema.optionalKey(text(60).annotate({ description: "Older name of githubUser" })),
  sort: Schema.optionalKey(
    Sort.annotate({
      description: "By name (the default), by time of creation, or by time of creation with the newest first"
    })
  ),
  resourceVersion: Schema.optionalKey(
    Schema.Literal("0").annotate({
      description:
        "0: any version will do, and the answer may come from what this replica has heard of the runs, as with Kubernetes' own lists. Absent: "
        + "the most recent, which the cluster is asked for"
    })
  ),
  ...pageFields
})

/** What the filters of a request come to, whatever its kind. */
export interface RunFilters {
  readonly phase?: string
  readonly reason?: string
  readonly githubUser?: string
  readonly user?: string
  readonly label?: ReadonlyArray<string>
  readonly createdAfter?: string
  readonly q?: string
}
