/** Answers about models and services, counted over the runs of every kind that the caller may list. */
import { listPrices } from "@orchestrator/domain/ListPrices"
import { priceOf } from "@orchestrator/domain/PriceList"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { needsOf, Requester } from "../contract/Access.ts"
import { Api } from "../contract/Api.ts"
import { HttpSettings } from "../services/HttpSettings.ts"
import { eachRun } from "./ListRuns.ts"
import { everyKind, type RunAccess } from "./RunAccess.ts"
import { makeTallies } from "./Tally.ts"

/** The kinds whose runs the caller may list; fails where there is none. */
export const listable = Effect.fnUntraced(function*(kinds: ReadonlyArray<RunAccess>) {
  const { require } = yield* Requester
  const [allowed, refused] = [new Array<RunAccess>(), new Array<Effect.Error<ReturnType<typeof require>>>()]
  for (const runs of kinds) {
    yield* require([needsOf(runs.kind.plural).list]).pipe(
      Effect.tap(() => Effect.sync(() => allowed.push(runs))),
      Effect.catchTag("PermissionMissing", (problem) => Effect.sync(() => refused.push(problem)))
    )
  }
  const [first] = refused
  return allowed.length === 0 && first !== undefined ? yield* first : allowed
})

/** By a text of the spec. */
const talliesOf = Effect.fn("http.talliesOf")(function*(kinds: ReadonlyArray<RunAccess>, field: string) {
  const counted = makeTallies(field)
  for (const runs of yield* listable(kinds)) yield* eachRun(runs, {}, counted.add)
  return counted
})

const byName = (left: { readonly name: string }, right: { readonly name: string }) => left.name < right.name ? -1 : 1

export const ModelsHandlers = HttpApiBuilder.group(
  Api,
  "models",
  Effect.fnUntraced(function*(handlers) {
    const kinds = yield* everyKind
    const { model: { allowed, prices }, models } = yield* HttpSettings
    return handlers.handle(
      "list",
      () =>
        Effect.map(Effect.flatMap(kinds, (each) => talliesOf(each, "model")), ({ tallies, tallyOf }) => {
          const { agents = {}, ...usual } = models
          const defaults: ReadonlySet<string> = new Set([...Object.values(usual), ...Object.values(agents)])
          for (const name of defaults) tallyOf(name)
          const items = [...tallies].map(([name, tally]) => {
            const price = priceOf(name, prices)
            return { name, isDefault: defaults.has(name), ...(price === undefined ? {} : { price }), ...tally }
          })
          return { items: items.sort(byName), prices: { ...listPrices, ...prices }, alsoAllowed: allowed }
        })
    )
  })
)

export const ServicesHandlers = HttpApiBuilder.group(
  Api,
  "services",
  Effect.fnUntraced(function*(handlers) {
    const kinds = yield* everyKind
    return handlers.handle(
      "list",
      () =>
        Effect.map(Effect.flatMap(kinds, (each) => talliesOf(each, "service")), ({ tallies }) => ({
          items: [...tallies].map(([name, tally]) => ({ name, ...tally })).sort(byName)
        }))
    )
  })
)
