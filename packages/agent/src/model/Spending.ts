/**
 * Lets requests to models through as far as the run may pay for them. What is let through is in the report before it is sent, so that a
 * broker that is killed leaves no request behind that nobody pays for.
 */
import type { BrokerResult, ModelRefusal } from "@orchestrator/domain/BrokerResult"
import { clip } from "@orchestrator/domain/Text"
import { Context, Effect, Layer, type Scope } from "effect"
import { BrokerConfig } from "../broker/services/BrokerConfig.ts"
import { BrokerReport } from "../broker/services/BrokerReport.ts"
import type { RunAnswer } from "../pod/BrokerApi.ts"
import { tokensIn } from "./AnswerTokens.ts"
import * as Ledger from "./Ledger.ts"
import type { AnswerUsage, Checked, Let } from "./ModelDialect.ts"
import type { ModelProvider } from "./ModelProvider.ts"
import { askedPriceOf, costOf, worstCase } from "./Price.ts"

/** A request that was let through, whoever will serve it. */
export interface Claimed extends Let {
  /** Settled by the prices of whoever has served it. */
  readonly servedBy: (provider: Priced) => Let
}

type Priced = Pick<ModelProvider, "prices">

/** The last answer to a request for a model's. */
type LastAnswer = NonNullable<RunAnswer["lastAnswer"]>

/** Why a request is not let through. */
export interface Stop {
  readonly reason: ModelRefusal
  /** For the agent. */
  readonly message: string
  readonly retry: boolean
}

const goOn = "Stop here; committed work is delivered."

const dollars = (micros: number): string => `$${(micros / 1e6).toFixed(micros < 10_000 ? 6 : 2)}`

/** In words that an agent understands. */
const stopFor = ({ model, micros }: Ledger.Claim, { left, passing, reason }: Ledger.Refused): Stop => {
  if (reason === "Turns") {
    return { reason, message: `This run has used all its turns. ${goOn}`, retry: passing }
  }
  if (micros === undefined) {
    return {
      reason,
      message: `The budget of this run cannot pay for ${model}, which has no price: set model.prices. ${goOn}`,
      retry: false
    }
  }
  return {
    reason,
    message: left === 0
      ? `This run has spent its budget. ${goOn}`
      : `The budget of this run is spent but for ${dollars(left)}, and this request may cost ${
        dollars(micros)
      }. ${goOn}`,
    retry: passing
  }
}

const cancelled: Stop = { reason: "Cancelled", message: "This run is cancelled.", retry: false }

const mostNames = 5
const longestName = 100

const withRefusedModel = (result: BrokerResult, model: string): BrokerResult => {
  const { refusedModels: known = [] } = result
  const name = clip(model, longestName)
  return known.includes(name) || known.length >= mostNames ? result : { ...result, refusedModels: [...known, name] }
}

export class Spending extends Context.Service<Spending, {
  /** Lets a request through for as long as the scope is open, or says why not. Any of these may serve it. */
  readonly ask: (
    request: Checked,
    providers: ReadonlyArray<Priced>
  ) => Effect.Effect<Claimed | Stop, never, Scope.Scope>
  /** How many are let through and have not ended. */
  readonly asking: Effect.Effect<number>
  /** Notes the status of an answer. */
  readonly answered: (status: number) => Effect.Effect<void>
  readonly lastAnswer: Effect.Effect<LastAnswer | undefined>
  readonly isCancelled: Effect.Effect<boolean>
  /** Notes a model that the run may not use. */
  readonly refuseModel: (model: string) => Effect.Effect<void>
  /** From now on every request is refused. */
  readonly cancel: Effect.Effect<void>
}>()("@orchestrator/agent/model/Spending") {
  static readonly layer = Layer.effect(
    Spending,
    Effect.gen(function*() {
      const brokerReport = yield* BrokerReport
      const { model: { answersPerTurn, maxAnswers, maxCostUsd, prices } } = yield* BrokerConfig
      let lastAnswer: LastAnswer | undefined
      let ledger = Ledger.ledgerFrom(yield* brokerReport.read)

      const publish = (change: (result: BrokerResult) => BrokerResult = (result) => result) =>
        brokerReport.update((result) => change({ ...result, ...Ledger.reported(ledger, answersPerTurn) }))
      const book = (change: (ledger: Ledger.Ledger) => Ledger.Ledger) =>
        Effect.suspend(() => {
          ledger = change(ledger)
          return publish()
        })

      const refuse = (reason: ModelRefusal) =>
        brokerReport.update((result) =>
          result.modelRefused === "Cancelled" ? result : { ...result, modelRefused: reason }
        )
      const refuseModel = (model: string) => brokerReport.update((result) => withRefusedModel(result, model))
      const isCancelled = Effect.map(brokerReport.read, ({ modelRefused }) => modelRefused === "Cancelled")

      const noteEnd = ({ unfinished }: AnswerUsage) => {
        if (unfinished !== undefined) lastAnswer = { status: 200, unfinished }
      }

      const pricesOf = (provider: Priced | undefined) => ({ prices, own: provider?.prices ?? {} })

      /** At the dearest of those who may serve it. */
      const claimOf = ({ bounds, model, turn }: Checked, providers: ReadonlyArray<Priced>): Ledger.Claim => {
        const all = providers.map((provider) => askedPriceOf(model, pricesOf(provider)))
        const known = all.filter((price) => price !== undefined)
        const isPriced = known.length > 0 && known.length === all.length
        return {
          model,
          turn,
          micros: isPriced ? Math.max(...known.map((price) => worstCase(price, bounds))) : undefined
        }
      }

      /** Decided in one step, so that no two requests are let through with the same money. */
      const admit = Effect.fnUntraced(function*(claim: Ledger.Claim) {
        if (yield* isCancelled) return cancelled
        const refused = Ledger.refusalOf(ledger, claim, { maxAnswers, maxCostUsd })
        if (refused !== undefined) {
          // Without a price it is the model that is not there, and not the budget that is spent.
          yield* claim.micros === undefined && refused.reason === "Budget"
            ? refuseModel(claim.model)
            : refuse(refused.reason)
          return stopFor(claim, refused)
        }
        const [id, next] = Ledger.opened(ledger, claim)
        ledger = next
        // What was refused before was for lack of room, and there is some again.
        yield* publish(({ modelRefused, ...result }) =>
          modelRefused === "Cancelled" ? { ...result, modelRefused } : result
        )
        return id
      })

      return Spending.of({
        ask: (request, providers) => {
          const claim = claimOf(request, providers)
          const letBy = (id: number, provider: Priced | undefined): Let => ({
            seen: (usage) => {
              noteEnd(usage)
              return book((before) => Ledger.grown(before, id, tokensIn(usage)))
            },
            settle: (usage) => {
              noteEnd(usage)
              return book((before) =>
                Ledger.settled(
                  Ledger.grown(before, id, tokensIn(usage)),
                  id,
                  costOf(pricesOf(provider), request.model, usage, request.bounds)
                )
              )
            },
            free: book((before) => Ledger.freed(before, id))
          })
          return Effect.acquireRelease(
            admit(claim),
            (id) =>
              typeof id === "number" && ledger.open.has(id)
                ? book((before) => Ledger.stands(before, id))
                : Effect.void
          ).pipe(Effect.map((id) =>
            typeof id === "number"
              ? { ...letBy(id, providers[0]), servedBy: (provider: Priced) => letBy(id, provider) }
              : id
          ))
        },
        answered: (status) =>
          Effect.sync(() => {
            lastAnswer = { status }
          }),
        lastAnswer: Effect.sync(() => lastAnswer),
        asking: Effect.sync(() => ledger.open.size),
        isCancelled,
        refuseModel,
        cancel: refuse("Cancelled")
      })
    })
  )
}
