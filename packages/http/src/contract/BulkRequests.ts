/** One request about many runs: which they are is said as in a list, and what became of each is in the answer. */
import { ObjectName } from "@orchestrator/domain/SpecText"
import { Schema } from "effect"
import { pageFields } from "./Parameters.ts"
import { filterFields } from "./RunFilters.ts"

/** Who forgets the selector does not mean every run, and who names runs means no others. */
const saysWhich = Schema.makeFilter<unknown>(
  (request) => {
    const { all, names, selector } = { all: undefined, names: undefined, selector: undefined, ...Object(request) }
    const filters = Object.keys(Object(selector)).length
    if (names !== undefined) {
      return filters === 0 && all !== true
        ? []
        : [{ path: ["names"], issue: "Expected names alone: neither filters nor \"all\" beside them" }]
    }
    return all === true || filters > 0
      ? []
      : [{ path: ["selector"], issue: "Expected at least one filter, or \"all\": true or names beside it" }]
  },
  { toJsonSchema: () => ({}) }
)

/** The body of such a request; `more` is what is asked of each run. */
export const bulkRequest = <
  const Own extends Readonly<Record<string, Schema.Top>>,
  const More extends Schema.Struct.Fields
>(identifier: string, { filters, kind }: { readonly kind: string; readonly filters: Own }, more: More) =>
  Schema.Struct({
    selector: Schema.Struct(filterFields(filters)).annotate({
      identifier: `${kind}Selector`,
      description: "Which runs; the same filters as in a list, which combine"
    }),
    all: Schema.optionalKey(
      Schema.Boolean.annotate({ description: "true: an empty selector is meant, and with it every run. Default false" })
    ),
    names: Schema.optionalKey(
      Schema.Array(ObjectName).check(Schema.isBetweenLength(1, 500)).annotate({
        description: "These runs, by their names, all in one answer; the selector is then empty"
      })
    ),
    dryRun: Schema.optionalKey(
      Schema.Boolean.annotate({
        description: "true: everything is checked and answered as it would be done, and nothing is done. Default false"
      })
    ),
    ...pageFields,
    ...more
  }).check(saysWhich).annotate({
    identifier,
    description: "Which runs, and how many of them at a time"
  })

/** Why nothing was done for a run, as the problem that a request for it alone would be answered with. */
const Refusal = Schema.Struct({
  type: Schema.String.annotate({ description: "`type` of the problem" }),
  status: Schema.Int.annotate({ description: "HTTP status that a request for this run alone would have" }),
  title: Schema.String.annotate({ description: "What is the matter" }),
  detail: Schema.String.annotate({ description: "What was wrong with this run" }),
  hint: Schema.String.annotate({ description: "What to do next" })
}).annotate({ identifier: "Refusal", description: "Why nothing was done for a run" })
export type Refusal = typeof Refusal.Type

const BulkItem = Schema.Struct({
  name: Schema.String.annotate({ description: "Name of the run" }),
  result: Schema.Literals(["done", "refused"]).annotate({
    description: "Whether it was done, or would be by a request that is no dry run"
  }),
  successor: Schema.optionalKey(
    Schema.String.annotate({ description: "Name of the run that tries again, where that is another one" })
  ),
  problem: Schema.optionalKey(Refusal)
}).annotate({ identifier: "BulkItem", description: "What became of one run" })

export const BulkAnswer = Schema.Struct({
  dryRun: Schema.Boolean.annotate({ description: "Whether nothing was done" }),
  items: Schema.Array(BulkItem).annotate({ description: "The runs that the selector means, by name" }),
  continue: Schema.optionalKey(
    Schema.String.annotate({
      description: "There may be more than `limit` runs: send the same request with this. Absent when these were all"
    })
  )
}).annotate({ identifier: "BulkAnswer", description: "What became of each run" })
