/** `orchestrator list`: runs that a filter leaves, page by page. */
import { Clock, Console, Effect } from "effect"
import type { ConnectInput } from "../connect/Connect.ts"
import type { RunAnswer } from "../runs/RunAnswer.ts"
import { type KindApi, type ListQuery } from "../runs/RunApi.ts"
import { printRuns } from "../show/Output.ts"
import type { OutputFormat } from "../show/OutputFormat.ts"
import { kindsOf } from "./Kinds.ts"
import { withServer } from "./Session.ts"

export interface ListInput extends ConnectInput {
  readonly kinds: ReadonlyArray<string>
  readonly query: ListQuery
  /** The most of each kind. */
  readonly limit: number
  readonly output: OutputFormat
}

const pageSize = 500

/** Page after page. */
export const allOf = Effect.fnUntraced(function*(api: KindApi, query: ListQuery, limit: number) {
  const runs: Array<RunAnswer> = []
  let next: string | undefined
  do {
    const page = yield* api.list({
      ...query,
      limit: Math.min(pageSize, limit - runs.length),
      ...(next === undefined ? {} : { continue: next })
    })
    runs.push(...page.items)
    next = page.continue
  } while (next !== undefined && runs.length < limit)
  return runs
})

export const list = Effect.fn("list")(function*(input: ListInput) {
  const { kinds, limit, output, query } = input
  const runs = (yield* Effect.forEach(yield* kindsOf(kinds, query), (api) => allOf(api, query, limit))).flat()
  if (runs.length === 0 && (output === "table" || output === "wide")) return yield* Console.error("No runs found.")
  yield* Console.log(printRuns(runs, output, yield* Clock.currentTimeMillis))
}, (verb, input) => withServer(input, verb))
