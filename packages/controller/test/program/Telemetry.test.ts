/** What is counted, told at a scrape and logged of runs. */
import { assert, describe, it } from "@effect/vitest"
import { collected, ownMetrics } from "@orchestrator/domain/Scrape"
import type { Script } from "@orchestrator/embedded/node/ScriptedRuntime"
import { Effect, Logger, Metric, References } from "effect"
import { acting, codeRun, completed, delivering, endless, failing, pass, verbs, world } from "./World.ts"

const told = Effect.andThen(collected, Metric.snapshot)

type Told = Effect.Success<typeof told>

/** Values by the labels of a family, in their order; of a histogram, count and sum. */
const series = (all: Told, name: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    all.filter(({ id }) => id === name).flatMap((metric) => {
      const key = Object.values(metric.attributes ?? {}).join(" ")
      switch (metric.type) {
        case "Counter":
          return metric.state.count === 0 ? [] : [[key, Number(metric.state.count)]]
        case "Gauge":
          return [[key, Number(metric.state.value)]]
        case "Histogram":
          return [[`${key} count`, metric.state.count], [`${key} sum`, metric.state.sum]]
        default:
          return []
      }
    })
  )

const models = {
  "claude-sonnet-4-20250514": { answers: 3, input: 1000, output: 500, cacheRead: 0, cacheWrite: 0 },
  "claude-3-5-haiku-20241022": { answers: 1, input: 1000, output: 500, cacheRead: 100, cacheWrite: 0 }
}

const reporting: Script = acting(({ env }) => completed(env, "10 seconds"), () => ({
  models,
  costUsd: 1,
  refusedPushes: 2,
  evidenceBytes: 4096,
  delivery: {
    branch: "feature/task-1-implementation",
    headCommit: "0123456789abcdef0123456789abcdef01234567",
    changed: true,
    pullRequestUrl: "https://github.com/acme/api/pull/7",
    verifiedAt: "2026-03-01T10:00:00Z"
  }
}))

/** What is told after this has happened. */
const after = (
  options: Parameters<typeof world>[0],
  happens: (does: Effect.Success<typeof verbs>) => Effect.Effect<unknown, unknown>
) =>
  ownMetrics(
    Effect.gen(function*() {
      yield* happens(yield* verbs)
      return yield* told
    }).pipe(Effect.provide(world(options)))
  )

describe("metrics of runs", () => {
  it.effect("tell of a run that is delivered what it took and cost, from its broker's report", () =>
    Effect.gen(function*() {
      const all = yield* after(
        { script: reporting },
        ({ create }) => Effect.andThen(create(codeRun("first")), pass("1 minute"))
      )
      assert.deepStrictEqual(series(all, "orchestrator_attempts_total"), { "CodeRun Succeeded Delivered": 1 })
      assert.deepStrictEqual(series(all, "orchestrator_runs"), { "CodeRun Succeeded Delivered": 1 })
      assert.deepInclude(series(all, "orchestrator_run_phase_changes_total"), { "CodeRun Succeeded Delivered": 1 })
      assert.deepStrictEqual(series(all, "orchestrator_spend_usd_total"), { CodeRun: 1 })
      const { "claude-sonnet-4-20250514": sonnet = 0, "claude-3-5-haiku-20241022": haiku = 0 } = series(
        all,
        "orchestrator_model_spend_usd_total"
      )
      assert.approximately(sonnet + haiku, 1, 1e-9)
      assert.isAbove(sonnet, 2 * haiku)
      assert.deepStrictEqual(series(all, "orchestrator_service_spend_usd_total"), { api: 1 })
      assert.deepStrictEqual(series(all, "orchestrator_user_spend_usd_total"), { ada: 1 })
      assert.deepInclude(series(all, "orchestrator_model_tokens_total"), {
        "claude-3-5-haiku-20241022 cache_read": 100,
        "claude-sonnet-4-20250514 output": 500
      })
      assert.deepStrictEqual(series(all, "orchestrator_user_tokens_total"), {
        "ada input": 2000,
        "ada output": 1000,
        "ada cache_read": 100
      })
      assert.deepStrictEqual(series(all, "orchestrator_pushes_refused_total"), { CodeRun: 2 })
      assert.deepStrictEqual(series(all, "orchestrator_pull_requests_total"), { CodeRun: 1 })
      assert.deepStrictEqual(series(all, "orchestrator_evidence_bytes_total"), { CodeRun: 4096 })
      assert.deepStrictEqual(series(all, "orchestrator_attempt_agent_seconds"), {
        "CodeRun count": 1,
        "CodeRun sum": 10
      })
      assert.deepInclude(series(all, "orchestrator_run_wait_seconds"), { "CodeRun count": 1 })
      assert.deepInclude(series(all, "orchestrator_attempt_start_seconds"), { "CodeRun count": 1 })
      assert.deepInclude(series(all, "orchestrator_attempt_delivery_seconds"), { "CodeRun count": 1 })
      assert.deepStrictEqual(series(all, "orchestrator_leader"), { "": 1 })
    }))

  it.effect("tell who waits for what, by limit and workspace, and forget it afterwards", () =>
    Effect.gen(function*() {
      const happens = ({ create }: Effect.Success<typeof verbs>) =>
        Effect.all([
          create(codeRun("first")),
          pass("5 seconds"),
          create(codeRun("second", { taskId: 2 })),
          create(codeRun("third", { taskId: 3, service: "web" })),
          create(codeRun("fourth", { taskId: 4, service: "web", dependsOn: ["first"] })),
          pass("30 seconds")
        ])
      const waiting = yield* after({ script: endless, config: { limits: { activeRuns: 1 } } }, happens)
      assert.deepStrictEqual(series(waiting, "orchestrator_line_runs"), {
        "workspace true": 1,
        "activeRuns true": 1,
        "dependencies true": 1
      })
      const [[workspace = "", length] = []] = Object.entries(series(waiting, "orchestrator_workspace_line_runs"))
      assert.match(workspace, /^workspace-api/)
      assert.strictEqual(length, 1)
      assert.isAtLeast(series(waiting, "orchestrator_line_oldest_wait_seconds")["workspace true"] ?? 0, 29)

      const over = yield* after({ script: delivering(), config: { limits: { activeRuns: 1 } } }, (does) =>
        Effect.andThen(happens(does), Effect.andThen(told, pass("3 minutes"))))
      assert.deepStrictEqual(series(over, "orchestrator_line_runs"), {})
      assert.deepStrictEqual(series(over, "orchestrator_workspace_line_runs"), {})
      assert.deepStrictEqual(series(over, "orchestrator_runs"), { "CodeRun Succeeded Delivered": 4 })
    }))
})

describe("the log", () => {
  it.effect("has one line for each change of a run's phase, with what it took and cost, and no words of others", () =>
    Effect.gen(function*() {
      const lines: Array<Readonly<Record<string, unknown>>> = []
      const logger = Logger.make(({ fiber, logLevel, message }) => {
        const annotations = fiber.getRef(References.CurrentLogAnnotations)
        if (logLevel === "Info" && "phase" in annotations) lines.push({ message: String(message), ...annotations })
      })
      yield* after(
        { script: failing("AgentError") },
        ({ create }) => Effect.andThen(create(codeRun("first")), pass("1 minute"))
      ).pipe(Effect.provide(Logger.layer([logger])))
      assert.deepStrictEqual(lines.map(({ message, phase, reason, run }) => [message, run, phase, reason]), [
        ["run is Running", "first", "Running", "AgentRunning"],
        ["run is Failed", "first", "Failed", "AgentError"]
      ])
      assert.deepInclude(lines[1], { attempt: "v1", agentSeconds: 10, costUsd: 0.25, from: "AgentRunning" })
      assert.notInclude(JSON.stringify(lines), "It was AgentError")
    }))
})
