/** Who says what of an attempt: with a broker, the runner's figures on delivery and spend are not looked at. */
import { assert, describe, it } from "@effect/vitest"
import type { AgentResult } from "@orchestrator/domain/AgentResult"
import { type BrokerResult, emptyBrokerResult } from "@orchestrator/domain/BrokerResult"
import { evidenceOf } from "../../src/decide/Evidence.ts"
import { brokeredJob, jobWith, makeJob, silentJob } from "../fixtures/Jobs.ts"
import { brokerResult, completed, delivery, runnerReport } from "../fixtures/Results.ts"

const models = {
  "claude-sonnet-4": { answers: 2, input: 10, output: 20, cacheRead: 30, cacheWrite: 40 },
  "claude-haiku-4": { answers: 1, input: 1, output: 2, cacheRead: 0, cacheWrite: 0 }
}
const usage = { costUsd: 9, inputTokens: 1, outputTokens: 1, turns: 4 }
const fullReport = completed({
  usage,
  sessionId: "00000000-0000-8000-8000-000000000001",
  resumed: false,
  resumeProblem: "gone",
  resetAt: "2026-03-01T11:00:00Z"
})
const tokens = { inputTokens: 81, outputTokens: 22 }

describe("with a broker", () => {
  it("delivery, tokens, cost, turns and reset time are the broker's; session and resume the runner's", () => {
    const brokerReport = brokerResult({ models, costUsd: 0.5, turns: 2, resetAt: "2026-03-01T12:00:00Z" })
    assert.deepStrictEqual(evidenceOf(brokeredJob(fullReport, brokerReport)), {
      sessionId: "00000000-0000-8000-8000-000000000001",
      resumed: false,
      resumeProblem: "gone",
      usage: { costUsd: 0.5, ...tokens, turns: 2 },
      resetAt: "2026-03-01T12:00:00Z",
      delivery: brokerReport.delivery ?? delivery(),
      forgeKnown: true
    })
  })

  it.each<{ name: string; runnerReport: AgentResult; brokerReport: Partial<BrokerResult>; want: object | undefined }>([
    {
      name: "the agent's figures do not count where a model has no price: the cost is an estimate",
      runnerReport: fullReport,
      brokerReport: { models, costComplete: false, costUsd: 0.4 },
      want: { costUsd: 0.4, costEstimated: true, ...tokens, turns: 3 }
    },
    {
      name: "the agent's figures do not count where no model has a price",
      runnerReport: runnerReport({ usage: { costUsd: 0.01 } }),
      brokerReport: { models, costComplete: false },
      want: { costEstimated: true, ...tokens, turns: 3 }
    },
    {
      name: "what is reserved makes it an estimate",
      runnerReport: fullReport,
      brokerReport: { models, costUsd: 0.4, reservedUsd: 0.3 },
      want: { costUsd: 0.4, costEstimated: true, ...tokens, turns: 3 }
    },
    {
      name: "what nobody was asked costs nothing, whatever the agent says",
      runnerReport: fullReport,
      brokerReport: {},
      want: undefined
    },
    { name: "nothing is known of nothing", runnerReport: runnerReport(), brokerReport: {}, want: undefined }
  ])("$name", ({ runnerReport, brokerReport, want }) => {
    assert.deepStrictEqual<unknown>(evidenceOf(brokeredJob(runnerReport, brokerResult(brokerReport))).usage, want)
  })

  it("a pull request that failed and models that were refused are the broker's to tell", () => {
    const told = { pullRequestProblem: "no scope", refusedModels: ["claude-opus-5-5"] }
    const { delivery: seen, forgeKnown } = brokerResult()
    assert.deepStrictEqual<unknown>(
      evidenceOf(brokeredJob(runnerReport({ pullRequestProblem: "unknown", forgeKnown: false }), brokerResult(told))),
      { delivery: seen, forgeKnown, ...told }
    )
  })

  it("a broker that has not looked yet tells no delivery", () => {
    assert.deepStrictEqual<unknown>(evidenceOf(brokeredJob(completed(), emptyBrokerResult)), { forgeKnown: false })
  })

  it("without a broker's report, nothing but the runner's report is left", () => {
    assert.deepStrictEqual(evidenceOf(brokeredJob(fullReport, undefined)), {
      sessionId: "00000000-0000-8000-8000-000000000001",
      resumed: false,
      resumeProblem: "gone"
    })
  })
})

describe("without a broker", () => {
  it("the runner speaks of everything, and its money is an estimate", () => {
    const { message: _, outcome: __, ...left } = fullReport
    assert.deepStrictEqual<unknown>(evidenceOf(jobWith(fullReport)), {
      ...left,
      usage: { ...usage, costEstimated: true }
    })
  })

  it("the runner tells of the pull request as well, and of money only what it knows", () => {
    const report = completed({ usage: { turns: 4 }, forgeKnown: true, pullRequestProblem: "no scope" })
    const { message: _, outcome: __, ...left } = report
    assert.deepStrictEqual<unknown>(evidenceOf(jobWith(report)), left)
  })

  it("nothing is left of a report that is none", () => {
    assert.deepStrictEqual(evidenceOf(silentJob(1)), {})
  })

  it.each([false, true])("nothing is left of a pod that nobody saw, brokered: %s", (brokered) => {
    assert.deepStrictEqual(evidenceOf(makeJob({ brokered })), {})
  })
})
