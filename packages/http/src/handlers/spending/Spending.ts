/** What was spent, over the runs of every kind that the caller may list. */
import { DateTime, Effect } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../../contract/Api.ts"
import { InvalidRequest } from "../../contract/Problem.ts"
import { eachRun } from "../ListRuns.ts"
import { everyKind, type RunAccess } from "../RunAccess.ts"
import { listable } from "../Spending.ts"
import { spendingCsv } from "./SpendingCsv.ts"
import { type Days, makeSpending } from "./SpendingSums.ts"

const daysBefore = 29

interface Range {
  readonly since?: string
  readonly until?: string
}

const beforeSince = (since: string, until: string) =>
  new InvalidRequest({
    detail: `since: expected a day that is not after ${until}, found ${since}`,
    hint: "Ask for days in their order; both are in UTC",
    errors: [{ path: "since", expected: `a day that is not after ${until}`, found: since }]
  })

const daysOf = Effect.fnUntraced(function*(range: Range, now: DateTime.Utc) {
  const until = range.until ?? DateTime.formatIsoDateUtc(now)
  const since = range.since ??
    DateTime.formatIsoDateUtc(DateTime.subtract(DateTime.makeUnsafe(`${until}T00:00:00Z`), { days: daysBefore }))
  const days: Days = { since, until }
  return since <= until ? days : yield* beforeSince(since, until)
})

const spendingIn = Effect.fn("http.spendingIn")(function*(kinds: ReadonlyArray<RunAccess>, range: Range) {
  const now = yield* DateTime.now
  const days = yield* daysOf(range, now)
  const spending = makeSpending(days, now)
  for (const runs of yield* listable(kinds)) {
    const { kind: { kind }, previews } = runs
    const add = spending.add({ kind, limitUsd: (run) => previews?.limitsOf(kind, run)?.costUsd })
    yield* eachRun(runs, {}, (part) => part.forEach(add))
  }
  return { days, ...spending }
})

const asFile = ({ since, until }: Days) =>
  HttpEffect.appendPreResponseHandler((_request, response) =>
    Effect.succeed(HttpServerResponse.setHeader(
      response,
      "content-disposition",
      `attachment; filename="spending-${since}-${until}.csv"`
    ))
  )

export const SpendingHandlers = HttpApiBuilder.group(
  Api,
  "spending",
  Effect.fnUntraced(function*(handlers) {
    const kinds = yield* everyKind
    return handlers.handleAll({
      report: ({ query }) =>
        Effect.map(Effect.flatMap(kinds, (each) => spendingIn(each, query)), ({ report }) => report()),
      csv: Effect.fnUntraced(function*({ query }) {
        const { days, rows } = yield* spendingIn(yield* kinds, query)
        yield* asFile(days)
        return spendingCsv(rows())
      })
    })
  })
)
