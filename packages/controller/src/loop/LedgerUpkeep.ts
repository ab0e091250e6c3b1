/**
 * What keeps the ledger of costs complete and small: what statuses tell that were written before there was a budget, what has turned out of
 * attempts whose end nobody had seen, and away with what no month asks for any more.
 */
import { hasBudgets, periodOf } from "@orchestrator/domain/Budgets"
import { DateTime, Effect, Schedule } from "effect"
import { Interpreter } from "../act/Interpreter.ts"
import { Action } from "../decide/Action.ts"
import type { Spent } from "../facts/Ledger.ts"
import { Stores } from "../facts/Stores.ts"
import { ControllerSettings } from "./Settings.ts"

const everySeconds = 30

const upkeep = (action: Action) => ({ rule: "ledger", actions: [action] })

/** `acts`: whether the runs of a shard's number are this process's to act on now. */
export const makeLedgerUpkeep = Effect.fnUntraced(function*(acts: (number: number) => boolean) {
  const { spending } = yield* Stores
  const { config } = yield* ControllerSettings
  const { perform } = yield* Interpreter

  /** Only of this month is anything asked. */
  const begin = Effect.map(DateTime.now, (now) => spending.forgetBefore(periodOf("month", now)))

  const keep = Effect.gen(function*() {
    const old = yield* begin
    const told: ReadonlyArray<Spent> = spending.unrecorded().filter(({ shard }) => acts(shard))
    const [first, ...rest] = [...told, ...spending.corrected()]
    if (first !== undefined) yield* perform(upkeep(Action.RecordSpent({ entries: [first, ...rest] })))
    if (acts(0) && old.length > 0) yield* perform(upkeep(Action.ForgetSpent({ entries: old })))
  }).pipe(Effect.catch((error) => Effect.logDebug("what runs have cost is written down later", error.message)))

  return !hasBudgets(config.budgets)
    ? { begin: Effect.void, keep: Effect.never }
    : { begin: Effect.asVoid(begin), keep: Effect.repeat(keep, Schedule.spaced(`${everySeconds} seconds`)) }
})
