/** `orchestrator cancel` and `retry` of all runs that a filter means: what becomes of each is said, and one refusal does not keep the others. */
import { Console, Effect, Option } from "effect"
import { CommandFailed, exitCodes } from "../connect/CommandFailed.ts"
import type { ConnectInput } from "../connect/Connect.ts"
import type { BulkItem, BulkRequest, Filters, KindApi } from "../runs/RunApi.ts"
import { structured } from "../show/Output.ts"
import type { OutputFormat } from "../show/OutputFormat.ts"
import { kindsOf } from "./Kinds.ts"
import { withServer } from "./Session.ts"

export interface ChangeManyInput extends ConnectInput {
  readonly kinds: ReadonlyArray<string>
  readonly filters: Filters
  readonly all: boolean
  readonly dryRun: boolean
  readonly output: OutputFormat
}

type Send = (api: KindApi, request: BulkRequest) => ReturnType<KindApi["cancelMany"]>

interface Done extends BulkItem {
  readonly ref: string
}

const pagesOf = Effect.fnUntraced(function*(api: KindApi, request: BulkRequest, send: Send) {
  const items: Array<Done> = []
  let next: string | undefined
  do {
    const page = yield* send(api, { ...request, ...(next === undefined ? {} : { continue: next }) })
    items.push(...page.items.map((item) => ({ ...item, ref: `${api.kind.singular}/${item.name}` })))
    next = page.continue
  } while (next !== undefined)
  return items
})

const lineOf = ({ problem, ref, result, successor }: Done, done: string, dryRun: boolean): string =>
  result === "done"
    ? `${ref} ${done}${successor === undefined ? "" : `: ${successor}`}${dryRun ? " (dry run)" : ""}`
    : `${ref} refused: ${problem?.detail ?? "no reason was given"}`

const changeMany = Effect.fnUntraced(function*(input: ChangeManyInput, done: string, send: Send) {
  const { all, dryRun, filters, kinds, output } = input
  const request = { selector: filters, all, dryRun }
  const items = (yield* Effect.forEach(yield* kindsOf(kinds, filters), (api) => pagesOf(api, request, send))).flat()
  const refused = items.filter(({ result }) => result === "refused")
  if (output === "json" || output === "yaml") yield* Console.log(structured({ dryRun, items }, output))
  else if (output === "name") {
    yield* Console.log(items.filter((item) => item.result === "done").map(({ ref }) => ref).join("\n"))
  } else {yield* Console.log(
      items.length === 0 ? "No run matches." : items.map((item) => lineOf(item, done, dryRun)).join("\n")
    )}
  if (refused.length === 0) return
  return yield* new CommandFailed({
    exitCode: exitCodes.failed,
    message: `${refused.length} of ${items.length} runs refused it: ${refused.map(({ ref }) => ref).join(", ")}`
  })
})

export const cancelMany = Effect.fn("cancelMany")(function*(input: ChangeManyInput) {
  yield* changeMany(input, "cancelling", (api, request) => api.cancelMany(request))
}, (verb, input) => withServer(input, verb))

export interface RetryManyInput extends ChangeManyInput {
  readonly hint: Option.Option<string>
  readonly force: boolean
}

export const retryMany = Effect.fn("retryMany")(function*(input: RetryManyInput) {
  const options = { hint: Option.getOrUndefined(input.hint), force: input.force }
  yield* changeMany(input, "retried", (api, request) => api.retryMany(request, options))
}, (verb, input) => withServer(input, verb))
