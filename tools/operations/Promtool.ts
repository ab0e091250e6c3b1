/** Prometheus' own tool, over files of the moment. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Recording } from "./Recording.ts"

export const alertsFile = fileURLToPath(new URL("../../chart/files/alerts.yaml", import.meta.url))

interface Said {
  readonly ok: boolean
  readonly words: string
}

const promtool = (args: ReadonlyArray<string>, input = ""): Said => {
  const { status, stderr, stdout } = spawnSync("promtool", args, { input, encoding: "utf8" })
  return { ok: status === 0, words: `${stdout}${stderr}` }
}

const withFile = (name: string, text: string, use: (path: string) => Said): Said => {
  const folder = mkdtempSync(join(tmpdir(), "promtool-"))
  try {
    writeFileSync(join(folder, name), text)
    return use(join(folder, name))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Names, types, units and help texts, by Prometheus' conventions. */
export const checkMetrics = (text: string): Said => promtool(["check", "metrics"], text)

/** Rules, from a file or its text. JSON is YAML. */
export const checkRules = (rules: string | object): Said =>
  typeof rules === "string"
    ? promtool(["check", "rules", rules])
    : withFile("rules.yaml", JSON.stringify(rules), (path) => promtool(["check", "rules", path]))

/** Which alerts fire at any time of a recording: these, and no others. */
export const testAlerts = (recording: Recording, firing: ReadonlyArray<string>, rules = alertsFile): Said => {
  const minutes = Math.max(...[...recording.values()].map(({ length }) => length))
  const test = {
    rule_files: [rules],
    evaluation_interval: "1m",
    tests: [{
      interval: "1m",
      input_series: [...recording].map(([series, values]) => ({ series, values: values.join(" ") })),
      promql_expr_test: [{
        expr: `max by (alertname) (max_over_time(ALERTS{alertstate="firing"}[${minutes}m]))`,
        eval_time: `${minutes - 1}m`,
        exp_samples: firing.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 }))
      }]
    }]
  }
  return withFile("test.yaml", JSON.stringify(test), (path) => promtool(["test", "rules", path]))
}
