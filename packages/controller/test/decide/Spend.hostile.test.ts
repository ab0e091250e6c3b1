/** What a run, its runner or a configuration could say to spend more than the administrator allows, or to start again for nothing. */
import { assert, describe, it } from "@effect/vitest"
import type { AgentResult } from "@orchestrator/domain/AgentResult"
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import { findCondition } from "@orchestrator/domain/Condition"
import type { Condition } from "@orchestrator/domain/Condition"
import { addUsage } from "@orchestrator/domain/Usage"
import { Action } from "../../src/decide/Action.ts"
import { evidenceOf } from "../../src/decide/Evidence.ts"
import { judgeAgent } from "../../src/decide/Judge.ts"
import { plan } from "../../src/decide/Plan.ts"
import { given, givenDocs, givenStarted, makeConfig, workspace } from "../fixtures/Given.ts"
import { brokeredJob, brokerReportFrom, endWith, failed, jobWith, makeJob, makePod } from "../fixtures/Jobs.ts"
import { writtenStatus } from "../fixtures/PlanCase.ts"
import { brokerResult, completed, failedWith } from "../fixtures/Results.ts"
import { makeCodeRun, makeDocsRun } from "../fixtures/Runs.ts"
import { finished, running } from "../fixtures/Statuses.ts"

const messageOf = (observed: Parameters<typeof plan>[0]) => {
  const planned = plan(observed)
  const status = writtenStatus(planned)
  return { rule: planned.rule, reason: status?.["reason"], message: String(status?.["message"]) }
}

const environmentOf = (observed: Parameters<typeof plan>[0], container: string) => {
  const job = plan(observed).actions.find(Action.$is("CreateJob"))?.job.spec.template.spec
  const found = [...job?.initContainers ?? [], ...job?.containers ?? []].find(({ name }) => name === container)
  return Object.fromEntries((found?.env ?? []).map(({ name, value }) => [name, value]))
}

describe("a spec above the administrator's ceilings", () => {
  const tight = makeConfig({ limits: { maxCostUsd: 5, maxTurns: 50, maxTimeoutSeconds: 7200 } })
  it.each<readonly [field: string, value: number, key: string]>([
    ["maxCostUsd", 5.000001, "limits.maxCostUsd (5)"],
    ["maxCostUsd", 1_000_000, "limits.maxCostUsd"],
    ["maxTurns", 51, "limits.maxTurns"],
    ["maxTurns", 1_000_000, "limits.maxTurns"],
    ["timeoutSeconds", 7201, "limits.maxTimeoutSeconds"],
    ["timeoutSeconds", 2_147_483_647, "limits.maxTimeoutSeconds"]
  ])("is invalid, with field, value, ceiling and key: %s of %d", (field, value, key) => {
    for (const kind of ["CodeRun", "DocsRun"]) {
      const { message, reason, rule } = messageOf(
        kind === "CodeRun"
          ? given({ run: makeCodeRun({ spec: { [field]: value } }), config: tight })
          : givenDocs({ run: makeDocsRun({ spec: { [field]: value } }), config: tight })
      )
      assert.deepStrictEqual([rule, reason], ["invalid", "InvalidSpec"])
      for (const part of [`spec.${field}`, String(value), key.split(" ")[0] ?? ""]) assert.include(message, part)
    }
  })

  it.each<readonly [field: string, value: unknown]>([
    ["timeoutSeconds", 9_007_199_254_740_991],
    ["timeoutSeconds", 1e300],
    ["timeoutSeconds", 2_147_483_648],
    ["timeoutSeconds", 59],
    ["timeoutSeconds", "3600"],
    ["maxCostUsd", 1e300],
    ["maxCostUsd", 0],
    ["maxCostUsd", -5],
    ["maxCostUsd", "5"],
    ["maxTurns", 9_007_199_254_740_991],
    ["maxTurns", 0],
    ["maxTurns", 1.5]
  ])(
    "is invalid whatever the ceilings are: %s of %s",
    (field, value) =>
      assert.strictEqual(messageOf(given({ run: makeCodeRun({ spec: { [field]: value } }) })).reason, "InvalidSpec")
  )

  it("does not end an attempt that runs already, nor change a run that has ended", () => {
    const spec = { maxCostUsd: 50, maxTurns: 500, timeoutSeconds: 90_000 }
    const started = givenStarted({ run: makeCodeRun({ spec, status: running() }), jobs: [makeJob()], config: tight })
    assert.notStrictEqual(plan(started).rule, "invalid")
    const over = given({ run: makeCodeRun({ spec, status: finished("Succeeded", "Delivered") }), config: tight })
    assert.deepStrictEqual(plan(over), { rule: "terminal", actions: [] })
  })

  it("cannot be had by naming no limit: what is configured holds, for the agent and its broker", () => {
    const config = makeConfig({ limits: { maxCostUsd: 5, maxTurns: 50, defaultMaxCostUsd: 2 } })
    for (const container of ["broker", "claude"]) {
      const { MAX_COST_USD, MAX_TURNS } = environmentOf(given({ config }), container)
      assert.deepStrictEqual([MAX_COST_USD, MAX_TURNS], ["2", "50"], container)
    }
  })

  it("is the same for runs whose agent has the keys itself", () => {
    const config = makeConfig({ agent: { credentials: "env" }, limits: { maxCostUsd: 5 } })
    assert.strictEqual(environmentOf(given({ config }), "claude")["MAX_COST_USD"], "5")
    assert.strictEqual(
      messageOf(given({ run: makeCodeRun({ spec: { maxCostUsd: 6 } }), config })).reason,
      "InvalidSpec"
    )
  })
})

describe("a model without a price", () => {
  it.each(["claude-next-9", "claude-opus-5-9", "gpt", "CLAUDE-SONNET-4", "anthropic/claude-sonnet-4"])(
    "is invalid under a budget, with the key to set: %s",
    (model) => {
      for (const spec of [{ model, maxCostUsd: 1 }, { model }]) {
        const { message, reason, rule } = messageOf(given({ run: makeCodeRun({ spec }) }))
        assert.deepStrictEqual([rule, reason], ["invalid", "InvalidSpec"])
        assert.include(message, `model.prices["${model}"]`)
      }
    }
  )

  it.each(["", "claude-next", "claude-next-9"])("has one once model.prices has %j", (key) => {
    const config = makeConfig({ model: { prices: { [key]: { input: 1, output: 2 } } } })
    assert.strictEqual(
      plan(given({ run: makeCodeRun({ spec: { model: "claude-next-9" } }), config })).rule,
      "jobAbsent"
    )
  })

  it.each(["default", "opus", "sonnet[1m]", "Haiku", "opusplan", "best"])(
    "is an alias, which is asked for by a name that no broker can know: %s",
    (model) => {
      const priced = makeConfig({ model: { prices: { "": { input: 1, output: 2 } } } })
      for (const config of [makeConfig(), priced]) {
        const { message, reason } = messageOf(given({ run: makeCodeRun({ spec: { model } }), config }))
        assert.strictEqual(reason, "InvalidSpec")
        assert.include(message, "a model's full name")
        assert.notInclude(message, "model.prices")
      }
      const config = makeConfig({ agent: { credentials: "env" } })
      assert.strictEqual(plan(given({ run: makeCodeRun({ spec: { model } }), config })).rule, "jobAbsent")
    }
  )

  it.each(["claude-sonnet-4-20250514", "claude-opus-4-20250514", "claude-sonnet-4-20250514[1m]", "claude-haiku-5-5"])(
    "is none of those that the installation names by default: %s",
    (model) => assert.strictEqual(plan(given({ run: makeCodeRun({ spec: { model } }) })).rule, "jobAbsent")
  )
})

describe("a runner that lies", () => {
  const models = { "claude-sonnet-4": { answers: 24, input: 9, output: 9, cacheRead: 0, cacheWrite: 0 } }
  const usageFor = (reported: AgentResult["usage"], brokerReport: Partial<BrokerResult>) =>
    evidenceOf(brokeredJob(completed(reported === undefined ? {} : { usage: reported }), brokerResult(brokerReport)))
      .usage

  it.each<AgentResult["usage"]>([
    { turns: 0 },
    { turns: -100 },
    { turns: 1_000_000 },
    { costUsd: 0 },
    { costUsd: -5 },
    { costUsd: 1e9 },
    { inputTokens: 0, outputTokens: 0 },
    { costEstimated: false },
    undefined
  ])("about what it used changes nothing: %j", (reported) =>
    assert.deepStrictEqual(
      usageFor(reported, { models, costUsd: 2, reservedUsd: 1, turns: 6 }),
      usageFor(undefined, { models, costUsd: 2, reservedUsd: 1, turns: 6 })
    ))

  it("cannot undo that the cost is an estimate, in this attempt or the next", () => {
    const first = usageFor({ costUsd: 0 }, { models, costUsd: 2, reservedUsd: 1 })
    assert.isTrue(first?.costEstimated)
    assert.isTrue(addUsage(first, { costUsd: 1 })?.costEstimated)
    assert.isTrue(addUsage({ costUsd: 1 }, first)?.costEstimated)
    assert.notProperty(addUsage({ costUsd: 1 }, { costUsd: 1 }), "costEstimated")
  })

  it("about turns does not get more of them: the next attempt has what the broker's count leaves", () => {
    const run = makeCodeRun({
      spec: { maxTurns: 30, contextVersion: 2 },
      status: finished("Failed", "AgentError", { usage: usageFor({ turns: 0 }, { models, turns: 24 }) })
    })
    const observed = given({ run, workspace: workspace({ tag: "mine" }) })
    assert.strictEqual(environmentOf(observed, "broker")["MAX_TURNS"], "6")
  })

  it.each<readonly [attack: string, brokerReport: BrokerResult | string | undefined]>([
    ["a broker that saw none", brokerResult()],
    ["a broker that knows an old end of one, and saw none", brokerResult({ resetAt: "2026-03-01T11:00:00Z" })],
    ["no broker's report", undefined],
    ["a broker's report that is none", "RateLimited"],
    ["a broker's report without its end", "{\"limitedAt\":\"2026-03-01T09:00:00Z\""]
  ])("about a usage limit does not start the run again: %s", (_, brokerReport) => {
    const runnerReport = { ...failedWith("RateLimited"), resetAt: "2026-03-01T11:00:00Z" }
    const job = brokeredJob(runnerReport, brokerReport, { end: failed() })
    assert.strictEqual(judgeAgent(job, endWith(runnerReport), { modelKey: "k", gitAccess: "g" })?.reason, "AgentError")
    const status = writtenStatus(plan(givenStarted({ run: makeCodeRun({ status: running() }), jobs: [job] })))
    assert.deepStrictEqual([status?.["phase"], status?.["resumesAt"]], ["Failed", undefined])
  })

  it("about the end of a limit is not heard: the broker's time is", () => {
    const runnerReport = { ...failedWith("RateLimited"), resetAt: "2026-03-01T10:00:01Z" }
    const brokerReport = brokerResult({ limitedAt: "2026-03-01T09:59:00Z", resetAt: "2026-03-01T12:00:00Z" })
    const job = brokeredJob(runnerReport, brokerReport, { end: failed() })
    const status = writtenStatus(plan(givenStarted({ run: makeCodeRun({ status: running() }), jobs: [job] })))
    assert.strictEqual(status?.["resumesAt"], "2026-03-01T12:00:00Z")
  })

  it("is all there is where no broker runs, and its money is an estimate", () => {
    const job = jobWith(completed({ usage: { costUsd: 1, turns: 2 } }))
    assert.deepStrictEqual(evidenceOf(job).usage, { costUsd: 1, turns: 2, costEstimated: true })
  })
})

describe("a model that was refused", () => {
  it("is named in the status, whether or not the run succeeds", () => {
    const refusedModels = ["claude-opus-5-5"]
    const jobs = [
      brokeredJob(completed(), brokerResult({ refusedModels })),
      brokeredJob(failedWith("AgentError"), brokerResult({ refusedModels }), { end: failed() })
    ]
    for (const job of jobs) {
      const status = writtenStatus(plan(givenStarted({ run: makeCodeRun({ status: running() }), jobs: [job] })))
      const conditions = status?.["conditions"] as ReadonlyArray<Condition>
      assert.include(findCondition(conditions, "ModelsRefused")?.message, "claude-opus-5-5")
    }
  })
})

describe("a broker's report too long for its message", () => {
  it("keeps what was spent", () => {
    const words = "\u0001".repeat(4_000)
    const counted = brokerReportFrom(brokerResult({
      delivery: { branch: "b".repeat(4_000), changed: true },
      pullRequestProblem: words,
      costUsd: 7.5,
      reservedUsd: 0.5,
      turns: 9,
      limitedAt: "2026-03-01T09:59:00Z"
    }))
    const { usage } = evidenceOf(brokeredJob(completed(), undefined, {
      pod: makePod({ over: true, ended: endWith(completed()), brokerReport: counted })
    }))
    assert.deepStrictEqual(usage, { costUsd: 7.5, costEstimated: true, turns: 9 })
  })
})
