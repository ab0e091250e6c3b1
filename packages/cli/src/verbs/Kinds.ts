/** Which kinds of runs a command about many means. */
import { Effect } from "effect"
import { CommandFailed } from "../connect/CommandFailed.ts"
import { type Filters, type KindApi, Runs } from "../runs/RunApi.ts"
import { kindNamed } from "../runs/RunRef.ts"

/** Filters that only some kinds have. */
const ownFilters = ["service", "taskId"] as const

/** A kind without one of the filters has no run that it means. */
const missingFilter = ({ kind }: KindApi, filters: Filters): string | undefined =>
  ownFilters.find((field) => filters[field] !== undefined && !Object.hasOwn(kind.filters, field))

/** Those that are named; without names all that have the filters. */
export const kindsOf = Effect.fnUntraced(function*(words: ReadonlyArray<string>, filters: Filters) {
  const { kinds, of } = yield* Runs
  if (words.length === 0) return kinds.filter((api) => missingFilter(api, filters) === undefined)
  return yield* Effect.forEach(words.flatMap((word) => word.split(",")), (word) => {
    const kind = kindNamed(word)
    if (kind === undefined) {
      const known = kinds.map(({ kind }) => kind.plural).join(", ")
      return new CommandFailed({
        message: `Expected a kind of runs (${known}), found ${
          JSON.stringify(word)
        }. For one run: orchestrator get ${word}`
      })
    }
    const missing = missingFilter(of(kind), filters)
    return missing === undefined
      ? Effect.succeed(of(kind))
      : Effect.fail(new CommandFailed({ message: `Expected filters that ${kind.plural} have, found ${missing}` }))
  })
})
