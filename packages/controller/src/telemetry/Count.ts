/** Counts what a written status tells: at changes of phase and at the end of attempts, and never in between. */
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { atZero } from "@orchestrator/domain/MetricFamily"
import { outcomeOf, Reason, TerminalReason } from "@orchestrator/domain/Reason"
import { type Context, Effect, Metric, Schema } from "effect"
import { type AttemptFigures, type ModelFigures, secondsBetween, tokenTypes } from "./AttemptFigures.ts"
import * as Metrics from "./Metrics.ts"
import type { PhaseChange } from "./PhaseChange.ts"
import { makeTopLabels, other } from "./TopLabels.ts"

const isReason = Schema.is(Reason)

/** Of an older version's status it may be anything. */
export const reasonLabel = (reason: string): string => isReason(reason) ? reason : other

const kinds = everyRunKind.map(({ kind }) => ({ kind }))

/** Each series that can be told of in advance, so that the first of its kind is seen as an increase. */
export const countersAtZero: Effect.Effect<void> = Effect.all([
  ...[Metrics.spend, Metrics.pushesRefused, Metrics.pullRequests, Metrics.evidenceBytes, Metrics.evidenceFailures]
    .map((family) => atZero(family, kinds)),
  atZero(
    Metrics.attempts,
    kinds.flatMap(({ kind }) => TerminalReason.literals.map((reason) => ({ kind, outcome: outcomeOf(reason), reason })))
  )
], { discard: true })

type Series = Metric.Metric<number, Metric.CounterState<number>>

/** Spend and tokens by a label of many values. */
const spendBy = (spend: (value: string) => Series, tokens: (value: string, type: string) => Series) => {
  const { labelOf } = makeTopLabels(Metrics.mostLabels)
  return (value: string, figures: Omit<ModelFigures, "model">, context: Context.Context<never>) => {
    // Free ones weigh a little, too.
    const { dropped, label } = labelOf(value, figures.costUsd + 1e-6)
    if (dropped !== undefined) {
      for (const each of [spend(dropped), ...tokenTypes.map((type) => tokens(dropped, type))]) {
        Metric.removeUnsafe(each, context)
      }
    }
    spend(label).updateUnsafe(figures.costUsd, context)
    for (const type of tokenTypes) {
      if (figures.tokens[type] > 0) tokens(label, type).updateUnsafe(figures.tokens[type], context)
    }
  }
}

/** What an attempt took and cost; undefined where none has ended. */
type Ended = AttemptFigures | undefined

export const makeCount = () => {
  const byModel = spendBy(
    (model) => Metrics.modelSpend.of({ model }),
    (model, type) => Metrics.modelTokens.of({ model, type })
  )
  const byService = spendBy(
    (service) => Metrics.serviceSpend.of({ service }),
    (service, type) => Metrics.serviceTokens.of({ service, type })
  )
  const byUser = spendBy(
    (user) => Metrics.userSpend.of({ user }),
    (user, type) => Metrics.userTokens.of({ user, type })
  )

  const countEnd = ({ ended, run }: PhaseChange, figures: AttemptFigures, context: Context.Context<never>) => {
    const { kind } = run
    const { agentSeconds, deliverySeconds, startSeconds } = figures
    Metrics.attempts.of({ kind, outcome: ended?.outcome ?? other, reason: reasonLabel(ended?.reason ?? "") })
      .updateUnsafe(1, context)
    if (startSeconds !== undefined) Metrics.startSeconds.of({ kind }).updateUnsafe(startSeconds, context)
    if (agentSeconds !== undefined) Metrics.agentSeconds.of({ kind }).updateUnsafe(agentSeconds, context)
    if (deliverySeconds !== undefined) Metrics.deliverySeconds.of({ kind }).updateUnsafe(deliverySeconds, context)
    Metrics.spend.of({ kind }).updateUnsafe(figures.costUsd, context)
    Metrics.pushesRefused.of({ kind }).updateUnsafe(figures.refusedPushes, context)
    Metrics.evidenceBytes.of({ kind }).updateUnsafe(figures.evidenceBytes, context)
    if (figures.evidenceFailed) Metrics.evidenceFailures.of({ kind }).updateUnsafe(1, context)
    for (const { model, ...each } of figures.models) {
      byModel(model, each, context)
      byService(run.service ?? "none", each, context)
      byUser(run.githubUser ?? "none", each, context)
    }
  }

  return (change: PhaseChange, figures: Ended): Effect.Effect<void> =>
    Effect.contextWith((context: Context.Context<never>) =>
      Effect.sync(() => {
        const { began, moved, phase, pullRequest, reason, run: { createdAt, kind, status } } = change
        if (moved) {
          Metrics.phaseChanges.of({ kind, phase, reason: reasonLabel(reason) }).updateUnsafe(1, context)
        }
        const waited = status.attempts === undefined ? secondsBetween(createdAt, began?.startedAt) : undefined
        if (waited !== undefined) Metrics.waitSeconds.of({ kind }).updateUnsafe(waited, context)
        if (pullRequest) Metrics.pullRequests.of({ kind }).updateUnsafe(1, context)
        if (figures !== undefined) countEnd(change, figures, context)
      })
    )
}
