import { assert, describe, it } from "@effect/vitest"
import type { AgentResult } from "@orchestrator/domain/AgentResult"
import { ProcessEnd } from "../../../src/agents/ProcessEnd.ts"
import { conclude } from "../../../src/runner/handover/Conclude.ts"
import type { HandedOver } from "../../../src/runner/handover/Handover.ts"
import { exitCodeFor } from "../../../src/runner/Result.ts"

const delivery = { branch: "b", changed: true, headCommit: "c" }
const pushed: HandedOver = { delivery, forgeKnown: false }
const done = ProcessEnd.Finished({ message: "Done." })
const over = (complete: boolean) => ProcessEnd.OverBudget({ message: "limit", complete })
const stopped = "The agent was stopped by the runner."

/** What is told of an agent that says that it is done, of work in which there is nothing to tell. */
const completed = { outcome: "Completed", message: "Done.", forgeKnown: false } as const

describe("the report on an agent that says that it is done tells what was seen, and judges nothing of it", () => {
  it.each<{ name: string; end?: ProcessEnd; given: HandedOver; want: Partial<AgentResult> }>([
    { name: "on the remote", given: pushed, want: completed },
    {
      name: "nothing changed",
      given: { delivery: { branch: "b", changed: false }, forgeKnown: true },
      want: { ...completed, forgeKnown: true }
    },
    {
      name: "the push was refused",
      given: { ...pushed, delivery: { ...delivery, pushRefused: "no" } },
      want: completed
    },
    {
      name: "the remote shows nothing",
      given: { ...pushed, delivery: { branch: "b", changed: true } },
      want: completed
    },
    {
      name: "it could not be committed here, which is no word of the remote's",
      given: { ...pushed, problem: "disk full" },
      want: { ...completed, problem: "disk full" }
    },
    {
      name: "something is left out",
      given: { ...pushed, remarks: ["Left out: a."] },
      want: { ...completed, message: "Left out: a. Done.", remarks: "Left out: a." }
    },
    {
      name: "its end was forced",
      end: ProcessEnd.Finished({ message: `${stopped} Done.`, forced: stopped }),
      given: { ...pushed, remarks: ["Left out: a."] },
      want: { ...completed, message: `Left out: a. ${stopped} Done.`, remarks: `${stopped} Left out: a.` }
    },
    {
      name: "there is no pull request",
      given: { delivery, forgeKnown: true, pullRequestProblem: "no scope" },
      want: { ...completed, forgeKnown: true, pullRequestProblem: "no scope" }
    },
    {
      name: "the budget ended with its last answer",
      end: over(true),
      given: pushed,
      want: { ...completed, message: "limit", reason: "BudgetExceeded" }
    }
  ])("$name", ({ end = done, given, want }) => {
    const told = conclude(end, given)
    assert.deepStrictEqual<Partial<AgentResult>>(told, want)
    assert.strictEqual(exitCodeFor(told), 0)
  })
})

describe("the report on an agent that failed has a reason, whatever was pushed", () => {
  it.each<{ name: string; end: ProcessEnd; want: Partial<AgentResult> }>([
    { name: "in the middle of an answer over budget", end: over(false), want: { reason: "BudgetExceeded" } },
    {
      name: "at a usage limit",
      end: ProcessEnd.Limited({ message: "", resetAt: 0 }),
      want: { reason: "RateLimited", resetAt: "1970-01-01T00:00:00.000Z" }
    },
    { name: "upstream down", end: ProcessEnd.UpstreamDown({ message: "" }), want: { reason: "AgentError" } },
    { name: "lost", end: ProcessEnd.Lost({ message: "" }), want: { reason: "AgentError" } },
    {
      name: "for a wrong model",
      end: ProcessEnd.Failed({ reason: "InvalidSpec", message: "" }),
      want: { reason: "InvalidSpec" }
    }
  ])("$name", ({ end, want }) => {
    const { message: _, ...told } = conclude(end, pushed)
    assert.deepStrictEqual<Partial<AgentResult>>(told, { outcome: "Failed", ...want })
    assert.strictEqual(exitCodeFor({ message: "", ...told }), 1)
  })
})
