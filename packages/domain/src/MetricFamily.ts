/**
 * Metrics as data: a family has a name, a type, a help text, and labels with what their values are. A package names its families in its
 * Metrics.ts; docs/metrics.md is made from those. The series of a family are made once, so that counting one allocates nothing.
 */
import { Effect, Metric, Record } from "effect"

export interface MetricFamily<Label extends string = string> {
  readonly name: string
  readonly type: "counter" | "gauge" | "histogram"
  readonly help: string
  /** What the values of each label are. */
  readonly labels: Readonly<Record<Label, string>>
}

export type LabelValues<Label extends string> = Readonly<Record<Label, string>>

export interface Family<Label extends string, State> extends MetricFamily<Label> {
  readonly of: (values: LabelValues<Label>) => Metric.Metric<number, State>
}

export type CounterFamily<Label extends string> = Family<Label, Metric.CounterState<number>>
export type GaugeFamily<Label extends string> = Family<Label, Metric.GaugeState<number>>
export type HistogramFamily<Label extends string> = Family<Label, Metric.HistogramState>

type Described<Label extends string> = Omit<MetricFamily<Label>, "type">

interface SeriesOptions {
  readonly description: string
  readonly attributes: Readonly<Record<string, string>>
}

const makeFamily = <Label extends string, State>(
  family: MetricFamily<Label>,
  make: (options: SeriesOptions) => Metric.Metric<number, State>
): Family<Label, State> => {
  const series = new Map<string, Metric.Metric<number, State>>()
  const names = Record.keys(family.labels)
  return {
    ...family,
    of: (values) => {
      let key = ""
      for (const name of names) key += `${values[name]}\n`
      const known = series.get(key)
      if (known !== undefined) return known
      const made = make({ description: family.help, attributes: values })
      series.set(key, made)
      return made
    }
  }
}

/** Values of its labels are few: each series stays. */
export const counterFamily = <Label extends string = never>(family: Described<Label>): CounterFamily<Label> =>
  makeFamily(
    { ...family, type: "counter" },
    (options) => Metric.counter(family.name, { ...options, incremental: true })
  )

export const histogramFamily = <Label extends string = never>(
  { boundaries, ...family }: Described<Label> & { readonly boundaries: ReadonlyArray<number> }
): HistogramFamily<Label> =>
  makeFamily({ ...family, type: "histogram" }, (options) => Metric.histogram(family.name, { ...options, boundaries }))

/** Its series come and go with what they tell of: none is kept here. */
export const gaugeFamily = <Label extends string = never>(family: Described<Label>): GaugeFamily<Label> => ({
  ...family,
  type: "gauge",
  of: (attributes) => Metric.gauge(family.name, { description: family.help, attributes })
})

/** Every series that a family may have, at 0: what is counted for the first time is then an increase. */
export const atZero = <Label extends string>(
  family: CounterFamily<Label>,
  series: ReadonlyArray<LabelValues<Label>>
): Effect.Effect<void> => Effect.forEach(series, (values) => Metric.update(family.of(values), 0), { discard: true })
