/** Each alert fires in the trouble that it is for, and stays silent in every other: over what the product told in those troubles. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { alertsFile, checkRules, testAlerts } from "../../operations/Promtool.ts"
import { recorded, scenarios } from "./Scenarios.ts"
import { webhookScenarios } from "./Webhooks.ts"

const rules = readFileSync(alertsFile, "utf8")
const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name = ""]) => name)

describe("alerts", () => {
  it("are rules", () => {
    const { ok, words } = checkRules(alertsFile)
    assert.isTrue(ok, words)
  })

  it("have each a runbook, which says what to look at and what to do", () => {
    assert.deepStrictEqual(
      [...rules.matchAll(/runbook_url: (\S+)/g)].map(([, url]) => url),
      alerts.map((name) => `docs/runbooks/${name}.md`)
    )
    for (const name of alerts) {
      const path = fileURLToPath(new URL(`../../../docs/runbooks/${name}.md`, import.meta.url))
      assert.isTrue(existsSync(path), path)
      assert.match(readFileSync(path, "utf8"), /^# \w+\n[^]+## Look\n[^]+## Mend\n/)
    }
  })

  it("have each a scenario in which they fire, and the orchestrator that is down", () => {
    const fired = [...Object.values(scenarios), ...Object.values(webhookScenarios)].flatMap(({ fires }) => fires)
    assert.sameMembers([...new Set([...fired, "OrchestratorDown"])], alerts)
  })

  it("say that nothing answers where nothing is scraped", () => {
    const { ok, words } = testAlerts(
      new Map([["up{job=\"orchestrator-metrics\",namespace=\"agents\"}", Array.from({ length: 20 }, () => "0")]]),
      ["OrchestratorDown"]
    )
    assert.isTrue(ok, words)
  })

  for (const [name, scenario] of Object.entries(scenarios)) {
    it.effect(`${name}: ${scenario.fires.join(", ") || "none"}`, () =>
      Effect.gen(function*() {
        const { ok, words } = testAlerts(yield* recorded(scenario), scenario.fires)
        assert.isTrue(ok, words)
      }))
  }

  for (const [name, scenario] of Object.entries(webhookScenarios)) {
    it.effect(`${name}: ${scenario.fires.join(", ") || "none"}`, () =>
      Effect.gen(function*() {
        const { ok, words } = testAlerts(yield* scenario.recorded, scenario.fires)
        assert.isTrue(ok, words)
      }))
  }
})
