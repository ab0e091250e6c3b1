/**
 * What is worked out when the metrics are read, and not before: gauges over what the stores have. Whoever tells the metrics (an endpoint, an
 * exporter) runs `collected` first.
 */
import { Context, Effect, Metric, type Scope } from "effect"
import type { GaugeFamily, LabelValues } from "./MetricFamily.ts"

const Collectors = Context.Reference<Set<Effect.Effect<void>>>("@orchestrator/domain/Scrape/Collectors", {
  defaultValue: () => new Set()
})

/** Runs at every scrape for as long as the scope is open. */
export const atScrape = (collect: Effect.Effect<void>): Effect.Effect<void, never, Scope.Scope> =>
  Effect.flatMap(Collectors, (collectors) =>
    Effect.acquireRelease(
      Effect.sync(() => void collectors.add(collect)),
      () => Effect.sync(() => void collectors.delete(collect))
    ))

export const collected: Effect.Effect<void> = Effect.flatMap(
  Collectors,
  (collectors) => Effect.forEach([...collectors], (collect) => collect, { discard: true })
)

/** Provided with this, an effect counts and collects apart from the rest of the process. */
export const ownMetrics = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  effect.pipe(
    Effect.provideService(Metric.MetricRegistry, new Map()),
    Effect.provideService(Collectors, new Set())
  )

/** Tells a gauge anew: its series are those that are given, and what is not given is gone. */
export const gaugeSeries = <Label extends string>(family: GaugeFamily<Label>) => {
  let shown: ReadonlyArray<Metric.Metric<number, unknown>> = []
  return (series: Iterable<readonly [values: LabelValues<Label>, value: number]>): Effect.Effect<void> =>
    Effect.contextWith((context: Context.Context<never>) =>
      Effect.sync(() => {
        for (const each of shown) Metric.removeUnsafe(each, context)
        shown = Array.from(series, ([values, value]) => {
          const gauge = family.of(values)
          gauge.updateUnsafe(value, context)
          return gauge
        })
      })
    )
}
