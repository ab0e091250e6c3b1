/** What the product tells is what docs/metrics.md lists, by Prometheus' conventions. */
import { assert, describe, it } from "@effect/vitest"
import { ownMetrics } from "@orchestrator/domain/Scrape"
import { Effect, Metric } from "effect"
import { metricFamilies } from "../../check/MetricsPage.ts"
import { checkMetrics } from "../../operations/Promtool.ts"
import { scraped } from "../../operations/Recording.ts"
import { recorded, scenarios } from "./Scenarios.ts"

const values = (labels: object) => Object.fromEntries(Object.keys(labels).map((label) => [label, "x"]))

describe("metrics", () => {
  it.effect("keep to Prometheus' conventions, each of them", () =>
    ownMetrics(Effect.gen(function*() {
      for (const { help, labels, name, type } of metricFamilies) {
        const options = { description: help, attributes: values(labels) }
        yield* type === "counter"
          ? Metric.update(Metric.counter(name, options), 1)
          : type === "gauge"
          ? Metric.update(Metric.gauge(name, options), 1)
          : Metric.update(Metric.histogram(name, { ...options, boundaries: [1, 2] }), 1)
      }
      const text = yield* scraped
      for (const { name } of metricFamilies) assert.include(text, `# TYPE ${name} `)
      const { ok, words } = checkMetrics(text)
      assert.isTrue(ok, words)
    })))

  it.effect("are all listed, with their labels", () =>
    Effect.gen(function*() {
      const recording = yield* recorded({ ...scenarios["everything is well"], fires: [], minutes: 20 })
      const known = new Map(metricFamilies.map(({ labels, name }) => [name, Object.keys(labels)]))
      const told = [...recording.keys()].filter((series) => series.startsWith("orchestrator_"))
      assert.isAbove(told.length, 50)
      for (const series of told) {
        const name = /^\w+/.exec(series)?.[0] ?? ""
        const family = known.get(name) ?? known.get(name.replace(/_(bucket|sum|count)$/, ""))
        const labels = [...series.matchAll(/(\w+)="/g)].map(([, label]) => label)
          .filter((label) => label !== undefined && !["le", "job", "namespace", "pod"].includes(label))
        assert.sameMembers(labels, [...family ?? ["not listed"]], series)
      }
    }))
})
