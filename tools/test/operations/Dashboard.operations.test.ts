/** The dashboard is one that Grafana can show: every query parses, and asks for metrics and labels that the product tells. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { readFileSync } from "node:fs"
import { metricFamilies } from "../../check/MetricsPage.ts"
import { checkRules } from "../../operations/Promtool.ts"

const Datasource = Schema.Struct({ type: Schema.Literal("prometheus"), uid: Schema.Literal("${datasource}") })
const Place = Schema.Struct({ h: Schema.Int, w: Schema.Int, x: Schema.Int, y: Schema.Int })

const Row = Schema.Struct({
  id: Schema.Int,
  type: Schema.Literal("row"),
  title: Schema.NonEmptyString,
  gridPos: Place,
  panels: Schema.Tuple([])
})

const Panel = Schema.Struct({
  id: Schema.Int,
  type: Schema.Literals(["timeseries", "stat", "bargauge"]),
  title: Schema.NonEmptyString,
  datasource: Datasource,
  gridPos: Place,
  fieldConfig: Schema.Struct({ defaults: Schema.Struct({ unit: Schema.NonEmptyString }), overrides: Schema.Tuple([]) }),
  targets: Schema.NonEmptyArray(
    Schema.Struct({ refId: Schema.String, datasource: Datasource, expr: Schema.String, legendFormat: Schema.String })
  )
})

const Dashboard = Schema.fromJsonString(Schema.Struct({
  title: Schema.NonEmptyString,
  uid: Schema.NonEmptyString,
  schemaVersion: Schema.Int,
  templating: Schema.Struct({
    list: Schema.Array(Schema.Struct({ name: Schema.String, type: Schema.String, query: Schema.String }))
  }),
  panels: Schema.Array(Schema.Union([Row, Panel]))
}))

const { panels, templating } = Schema.decodeUnknownSync(Dashboard)(
  readFileSync(new URL("../../../chart/files/dashboard.json", import.meta.url), "utf8")
)

const queries = panels.flatMap((panel) => panel.type === "row" ? [] : panel.targets.map(({ expr }) => expr))

/** What Grafana fills in. */
const filled = (expr: string) =>
  expr.replaceAll("$__rate_interval", "2m").replaceAll("$__range", "6h").replaceAll("$namespace", "agents")

describe("the dashboard", () => {
  it("has a row for each who asks", () => {
    assert.deepStrictEqual(panels.filter(({ type }) => type === "row").map(({ title }) => title.split(":")[0]), [
      "On call",
      "Platform owner",
      "Who pays",
      "Who submits"
    ])
  })

  it("has queries that Prometheus can parse", () => {
    const rules = queries.map((expr, index) => ({ record: `query:${index}`, expr: filled(expr) }))
    const { ok, words } = checkRules({ groups: [{ name: "dashboard", rules }] })
    assert.isTrue(ok, words)
    assert.notMatch(queries.map(filled).join("\n"), /\$/)
  })

  it("asks for every metric of the product, for no other, and by labels that it has", () => {
    const known = new Map(
      metricFamilies.map(({ labels, name }) => [name, ["namespace", "pod", ...Object.keys(labels)]])
    )
    const nameOf = (found: string) => found.replace(/_bucket$/, "")
    const asked = queries.flatMap((expr) => expr.match(/orchestrator_\w+/g) ?? []).map(nameOf)
    assert.sameMembers([...new Set(asked)], [...known.keys()])
    for (const expr of queries) {
      const [name = ""] = expr.match(/orchestrator_\w+/) ?? []
      const by = [...expr.matchAll(/by \(([\w, ]+)\)/g)].flatMap(([, labels = ""]) => labels.split(", "))
      const matched = [...expr.matchAll(/(\w+)(?:=|=~|!~|!=)"/g)].map(([, label]) => label)
      for (const label of [...by, ...matched]) {
        if (label !== "le") assert.include(known.get(nameOf(name)) ?? [], label, expr)
      }
    }
  })

  it("has panels of their own, none over another", () => {
    assert.lengthOf(new Set(panels.map(({ id }) => id)), panels.length)
    for (const { gridPos: { h, w, x, y }, id } of panels) {
      assert.isAtMost(x + w, 24)
      for (const other of panels) {
        const { gridPos } = other
        const apart = other.id === id || gridPos.x >= x + w || gridPos.x + gridPos.w <= x ||
          gridPos.y >= y + h || gridPos.y + gridPos.h <= y
        assert.isTrue(apart, `${id} over ${other.id}`)
      }
    }
  })

  it("lets choose the data source and the namespace", () => {
    assert.deepStrictEqual(templating.list.map(({ name }) => name), ["datasource", "namespace"])
  })
})
