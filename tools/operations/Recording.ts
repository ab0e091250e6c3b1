/** What a Prometheus would have read of the product: its metrics, once a minute of the test's clock, with the labels of a scrape. */
import { collected } from "@orchestrator/domain/Scrape"
import { Effect } from "effect"
import { PrometheusMetrics } from "effect/observability"

/** By series, its value at each minute; `_` where there was none. */
export type Recording = ReadonlyMap<string, ReadonlyArray<string>>

const target = "job=\"orchestrator-metrics\",namespace=\"agents\",pod=\"orchestrator-0\""

/** As Prometheus' exposition format has a sample; comments are none. */
const sample = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/

export const scraped: Effect.Effect<string> = Effect.andThen(collected, PrometheusMetrics.format())

const samplesIn = (text: string): ReadonlyArray<readonly [series: string, value: string]> =>
  text.split("\n").flatMap((line) => {
    const [, name, labels, value] = sample.exec(line) ?? []
    return name === undefined || value === undefined
      ? []
      : [[`${name}{${labels === undefined ? "" : `${labels},`}${target}}`, value] as const]
  })

/** Longer than any alert looks back. */
const calmMinutes = 60

/** How long somebody has waited goes on while he does. */
const grows = /^orchestrator_line_oldest_wait_seconds\{/

const isCounter = /^[a-z_]+_(?:total|bucket|count|sum)\{/

/**
 * Two readings as a recording: an hour as the first has it, and then so many minutes in each of which as much is counted as between the two, and
 * in which who waits waits on.
 */
export const stretched = (before: string, after: string, minutes: number): Recording => {
  const [first, second] = [new Map(samplesIn(before)), new Map(samplesIn(after))]
  const up = `up{${target}}`
  const later = (name: string, minute: number): string => {
    const value = second.get(name)
    if (value === undefined) return "_"
    if (grows.test(name)) return String(Number(value) + minute * 60)
    return isCounter.test(name)
      ? String(Number(value) + minute * (Number(value) - Number(first.get(name) ?? 0)))
      : value
  }
  const values = (name: string): ReadonlyArray<string> => [
    ...Array.from({ length: calmMinutes }, () => first.get(name) ?? "_"),
    ...Array.from({ length: minutes }, (_, minute) => later(name, minute))
  ]
  return new Map([
    ...[...new Set([...first.keys(), ...second.keys()])].map((name) => [name, values(name)] as const),
    [up, Array.from({ length: calmMinutes + minutes }, () => "1")]
  ])
}

/** After each minute one scrape. */
export const record = Effect.fnUntraced(function*<E, R>(
  minutes: number,
  minute: (index: number) => Effect.Effect<void, E, R>
) {
  const series = new Map<string, Array<string>>([[`up{${target}}`, []]])
  for (let index = 0; index < minutes; index++) {
    yield* minute(index)
    for (const [name, value] of [...samplesIn(yield* scraped), [`up{${target}}`, "1"] as const]) {
      const values = series.get(name) ?? Array.from({ length: index }, () => "_")
      series.set(name, [...values, value])
    }
    for (const [name, values] of series) if (values.length <= index) series.set(name, [...values, "_"])
  }
  return series as Recording
})
