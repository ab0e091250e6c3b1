/**
 * Which of a run's providers is asked: one that is overloaded, or cannot be asked, rests for as long as it says, and the next one takes its
 * place. Who rests comes last, and so is asked after all where nobody else answers.
 */
import { type BrokerResult, type Failover, mostFailovers } from "@orchestrator/domain/BrokerResult"
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { Effect } from "effect"
import type { BrokerReport } from "../broker/services/BrokerReport.ts"

/** Of a rest, where nothing says how long it is. */
const usualSeconds = 30
/** What is said may be wrong; one request then is all that it costs to know. */
const longestSeconds = 600

/** Seconds for which a provider is not asked that says it can be at this time. */
export const restSeconds = (resetAt: number | undefined, nowSeconds: number): number =>
  resetAt === undefined ? usualSeconds : Math.min(longestSeconds, Math.max(1, resetAt - nowSeconds))

interface Rest {
  readonly untilMillis: number
  readonly why: string
}

type Named = { readonly name: string }

/** Those that rest after the others; each in its order. */
export const inTurn = <A extends Named>(
  all: ReadonlyArray<A>,
  resting: (provider: A) => boolean
): ReadonlyArray<A> => all.toSorted((left, right) => Number(resting(left)) - Number(resting(right)))

/** With one more request for which another was asked; the first few pairs are told. */
export const withFailover = (result: BrokerResult, failover: Omit<Failover, "requests">): BrokerResult => {
  const { failovers = [] } = result
  const isSame = ({ instead, provider }: Failover) => instead === failover.instead && provider === failover.provider
  const known = failovers.find(isSame)
  if (known === undefined && failovers.length >= mostFailovers) return result
  return {
    ...result,
    failovers: [...failovers.filter((each) => !isSame(each)), { ...failover, requests: (known?.requests ?? 0) + 1 }]
  }
}

export const makeFailover = ({ update }: Pick<BrokerReport["Service"], "update">) => {
  const rests = new Map<string, Rest>()
  const note = (provider: string, instead: string, why: string) =>
    update((result) => withFailover(result, { provider, instead, why }))

  return {
    /** In the order in which they are asked now. */
    inTurn: Effect.fnUntraced(function*<A extends Named>(all: readonly [A, ...ReadonlyArray<A>]) {
      const now = yield* monotonicMillis
      const [usual] = all
      const [first = usual, ...others] = inTurn(all, ({ name }) => (rests.get(name)?.untilMillis ?? 0) > now)
      if (first !== usual) yield* note(usual.name, first.name, rests.get(usual.name)?.why ?? "")
      return [first, ...others] as const
    }),
    /** Another one is asked, and this one not for a while. */
    passOver: Effect.fnUntraced(function*(provider: string, instead: string, why: string, seconds = usualSeconds) {
      rests.set(provider, { untilMillis: (yield* monotonicMillis) + seconds * 1000, why })
      yield* Effect.logWarning(
        `the model provider ${provider} ${why}; asking ${instead} instead, and it again in ${Math.ceil(seconds)} s`
      )
      yield* note(provider, instead, why)
    })
  }
}
