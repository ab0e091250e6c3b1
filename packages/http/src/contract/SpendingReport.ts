/** `/api/v1/spending`: what runs have used, by day, service, GitHub user and model, as their attempts say. Nothing is counted that is not stored. */
import { rule } from "@orchestrator/domain/SpecText"
import { DateTime, Option, Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authorized, Needs } from "./Access.ts"
import { count, maybe, text } from "./Described.ts"
import { LargeAnswers } from "./LargeAnswers.ts"
import { InvalidRequest } from "./Problem.ts"
import { ChecksParameters } from "./RequestChecks.ts"
import { cluster } from "./RunEndpoints.ts"

const usd = (description: string) => Schema.Finite.annotate({ description })

const Day = Schema.String.check(
  Schema.isPattern(/^\d{4}-\d\d-\d\d$/u, { expected: "a day such as 2026-01-31" }),
  rule<string>("a day that exists", (day) => Option.isSome(DateTime.make(`${day}T00:00:00Z`)), {})
)

const range = {
  since: Schema.optionalKey(
    Day.annotate({ description: "First day, in UTC. Default: 29 days before the last one" })
  ),
  until: Schema.optionalKey(Day.annotate({ description: "Last day, in UTC. Default: today" }))
}

const sums = {
  runs: count("Runs that have used something in that time"),
  costUsd: usd("What they have spent in it, in USD"),
  costEstimated: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "true: part of it is an estimate; absent otherwise" })
  ),
  inputTokens: count("Input tokens, cache reads and writes included"),
  outputTokens: count("Output tokens"),
  turns: count("Turns")
}

const Total = Schema.Struct(sums).annotate({ identifier: "SpendingTotal", description: "What runs have used together" })

const Share = Schema.Struct({
  name: text("The day, service, GitHub user or model; empty where the run does not say"),
  ...sums
}).annotate({
  identifier: "SpendingShare",
  description: "What the runs of one day, service, GitHub user or model used"
})

const SpentRun = Schema.Struct({
  kind: text("Kind of the run"),
  name: text("Name of the run"),
  phase: text("Phase that it is in now"),
  service: maybe("Its service"),
  githubUser: maybe("Its GitHub user"),
  model: maybe("Its model"),
  attempts: count("Attempts that are known"),
  seconds: Schema.Finite.annotate({ description: "How long they took together; one that works counts up to now" }),
  costUsd: usd("What it has spent in all, in USD")
}).annotate({ identifier: "SpentRun", description: "A run with what it took" })

const Budget = Schema.Struct({
  kind: text("Kind of the run"),
  name: text("Name of the run"),
  limitUsd: usd("What it may spend, in USD"),
  spentUsd: usd("What it has spent, in USD"),
  leftUsd: usd("What it may still spend, in USD")
}).annotate({ identifier: "RunBudget", description: "The budget of a run that waits or works" })

export const SpendingReport = Schema.Struct({
  since: text("First day, in UTC"),
  until: text("Last day, in UTC"),
  total: Total,
  days: Schema.Array(Share).annotate({
    description: "By the day in UTC on which an attempt ended; without days of nothing"
  }),
  services: Schema.Array(Share).annotate({ description: "By service, the dearest first" }),
  githubUsers: Schema.Array(Share).annotate({ description: "By GitHub user, the dearest first" }),
  models: Schema.Array(Share).annotate({ description: "By model, the dearest first" }),
  dearest: Schema.Array(SpentRun).annotate({ description: "The ten runs of that time that have cost most" }),
  slowest: Schema.Array(SpentRun).annotate({ description: "The ten runs of that time that have taken longest" }),
  budgets: Schema.Array(Budget).annotate({
    description:
      "Of runs that wait or work now, the 100 with the least left; empty where no controller runs beside the API"
  })
}).annotate({ identifier: "SpendingReport", description: "What runs have used, from what is stored of them" })
export type SpendingReport = typeof SpendingReport.Type

const csv = Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/csv; charset=utf-8" }))

const ofTheirOwn =
  "Counted are the runs that are there and that the caller may list, of each kind: deleted runs leave no record."

export class Spending extends HttpApiGroup.make("spending").add(
  HttpApiEndpoint.get("report", "/", {
    query: range,
    success: SpendingReport,
    error: [InvalidRequest, ...cluster]
  }).middleware(LargeAnswers).annotate(Needs, []).annotateMerge(OpenApi.annotations({
    summary: "Read what was spent",
    description:
      `By day, service, GitHub user and model, with the dearest and slowest runs and the budgets that are left. ${ofTheirOwn}`
  })),
  HttpApiEndpoint.get("csv", "/csv", {
    query: range,
    success: csv,
    error: [InvalidRequest, ...cluster]
  }).middleware(LargeAnswers).annotate(Needs, []).annotateMerge(OpenApi.annotations({
    summary: "Download what was spent",
    description: `One line a day, kind, service, GitHub user and model, as comma-separated values. ${ofTheirOwn}`
  }))
).prefix("/api/v1/spending").middleware(ChecksParameters).middleware(Authorized).annotateMerge(OpenApi.annotations({
  title: "Spending",
  description: "What runs have used."
})) {}
