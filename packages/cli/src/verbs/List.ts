/** `orchestrator list`: runs that a filter leaves, page by page. */
import { Clock, Console, Effect } from "effect"
import { CommandFailed } from "../connect/CommandFailed.ts"
import type { ConnectInput } from "../connect/Connect.ts"
import type { RunAnswer } from "../runs/RunAnswer.ts"
import { type KindApi, type ListQuery, Runs } from "../runs/RunApi.ts"
import { kindNamed } from "../runs/RunRef.ts"
import { printRuns } from "../show/Output.ts"
import type { OutputFormat } from "../show/OutputFormat.ts"
import { withServer } from "./Session.ts"

export interface ListInput extends ConnectInput {
  readonly kinds: ReadonlyArray<string>
  readonly query: ListQuery
  /** The most of each kind. */
  readonly limit: number
  readonly output: OutputFormat
}

const pageSize = 500

const all = Effect.fnUntraced(function*(api: KindApi, query: ListQuery, limit: number) {
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

const kindsOf = Effect.fnUntraced(function*(words: ReadonlyArray<string>) {
  const { kinds, of } = yield* Runs
  if (words.length === 0) return kinds
  return yield* Effect.forEach(words.flatMap((word) => word.split(",")), (word) => {
    const kind = kindNamed(word)
    return kind === undefined
      ? Effect.fail(
        new CommandFailed({
          message: `Expected a kind of runs (${kinds.map(({ kind }) => kind.plural).join(", ")}), found ${
            JSON.stringify(word)
          }. For one run: orchestrator get ${word}`
        })
      )
      : Effect.succeed(of(kind))
  })
})

export const list = Effect.fn("list")(function*(input: ListInput) {
  const { kinds, limit, output, query } = input
  const runs = (yield* Effect.forEach(yield* kindsOf(kinds), (api) => all(api, query, limit))).flat()
  if (runs.length === 0 && (output === "table" || output === "wide")) return yield* Console.error("No runs found.")
  yield* Console.log(printRuns(runs, output, yield* Clock.currentTimeMillis))
}, (verb, input) => withServer(input, verb))
