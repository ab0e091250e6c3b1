import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { classify } from "../../../src/agents/claude/Classify.ts"
import { nothingSeen, type Observation } from "../../../src/agents/claude/Observation.ts"
import type { RunResult } from "../../../src/agents/claude/Stream.ts"
import type { BrokerView } from "../../../src/agents/Following.ts"
import { ProcessEnd } from "../../../src/agents/ProcessEnd.ts"
import { NextStep, nextStep, nothingTried, type Tried } from "../../../src/runner/loop/NextStep.ts"

const init = {
  type: "system",
  subtype: "init",
  session_id: "s",
  model: "claude-x-1",
  permissionMode: "bypassPermissions"
} as const
const result = (changes: Partial<RunResult>): RunResult => ({
  type: "result",
  subtype: "success",
  is_error: false,
  num_turns: 2,
  result: "Work is done.",
  ...changes
})
const seen = (changes: Partial<Observation>): Observation => ({
  ...nothingSeen,
  init,
  answered: true,
  exitCode: 0,
  ...changes
})
const ended = (changes: Partial<RunResult>, more: Partial<Observation> = {}) =>
  seen({ result: result(changes), ...more })
const error = (
  status: number | null,
  words: string,
  more: Partial<Observation> = {},
  changes: Partial<RunResult> = {}
) => ended({ is_error: true, api_error_status: status, result: words, ...changes }, { exitCode: 1, ...more })
const unstarted = (changes: Partial<Observation>): Observation => ({ ...nothingSeen, exitCode: 1, ...changes })

const failed = (reason: "SetupFailed" | "InvalidSpec" | "AgentError", message: string) =>
  ProcessEnd.Failed({ reason, message })

describe("classify", () => {
  it.each<{ name: string; given: Observation; want: ProcessEnd }>([
    { name: "a plain success is finished", given: ended({}), want: ProcessEnd.Finished({ message: "Work is done." }) },
    {
      name: "denied tools are named",
      given: ended({ permission_denials: [{ tool_name: "WebFetch" }, { tool_name: "WebFetch" }] }),
      want: ProcessEnd.Finished({ message: "Work is done. (denied: WebFetch)" })
    },
    {
      name: "an empty answer is finished: delivery decides",
      given: ended({ result: "" }),
      want: ProcessEnd.Finished({ message: "The agent finished without a message." })
    },
    {
      name: "a first event that is not as asked outranks what follows",
      given: ended({}, { badInit: "wrong model" }),
      want: failed("SetupFailed", "wrong model")
    },
    {
      name: "an id that is in use",
      given: unstarted({ stderr: "Error: Session ID x is already in use.\n" }),
      want: ProcessEnd.SessionInUse()
    },
    {
      name: "a session that is not there, said on stderr",
      given: unstarted({ stderr: "No conversation found with session ID: x\n" }),
      want: ProcessEnd.SessionUnknown()
    },
    {
      name: "a session that is not there, said in the result",
      given: unstarted({
        result: result({
          subtype: "error_during_execution",
          is_error: true,
          errors: ["No conversation found with session ID: x"]
        })
      }),
      want: ProcessEnd.SessionUnknown()
    },
    {
      name: "no first event with the end of stderr",
      given: unstarted({ stderr: "error: unknown option '--x'\n" }),
      want: failed("SetupFailed", "the agent did not start (exit 1): error: unknown option '--x'")
    },
    {
      name: "policies that are not in force",
      given: ended({}, { stderr: "Managed settings failed to load; policies are NOT in effect\n" }),
      want: failed(
        "SetupFailed",
        "the agent did not apply its managed settings: Managed settings failed to load; policies are NOT in effect"
      )
    },
    {
      name: "turns used up",
      given: seen({
        result: {
          type: "result",
          subtype: "error_max_turns",
          is_error: true,
          errors: ["Reached maximum number of turns (3)"]
        }
      }),
      want: ProcessEnd.OverBudget({ message: "Reached maximum number of turns (3)", complete: false })
    },
    {
      name: "a budget reached with the last answer",
      given: seen({
        result: {
          type: "result",
          subtype: "error_max_budget_usd",
          is_error: true,
          stop_reason: "end_turn",
          errors: ["Reached maximum budget ($1)"]
        }
      }),
      want: ProcessEnd.OverBudget({ message: "Reached maximum budget ($1)", complete: true })
    },
    {
      name: "a usage limit with its end",
      given: error(429, "You've hit your session limit", { resetsAt: 1000, apiError: "rate_limit" }),
      want: ProcessEnd.Limited({ message: "You've hit your session limit", resetAt: 1000 })
    },
    {
      name: "a weekly limit of an OAuth token",
      given: error(429, "You've hit your weekly limit", { resetsAt: 5000, apiError: "rate_limit" }),
      want: ProcessEnd.Limited({ message: "You've hit your weekly limit", resetAt: 5000 })
    },
    {
      name: "a limit of an OAuth token that is not its own",
      given: error(429, "Server is temporarily limiting requests (not your usage limit)", { apiError: "rate_limit" }),
      want: ProcessEnd.Limited({
        message: "Server is temporarily limiting requests (not your usage limit)",
        resetAt: undefined
      })
    },
    {
      name: "an account's usage limit, which comes as 400",
      given: error(
        400,
        "API Error: 400 You have reached your specified API usage limits. You will regain access on 1970-01-02 at 00:00 UTC."
      ),
      want: ProcessEnd.Limited({
        message:
          "API Error: 400 You have reached your specified API usage limits. You will regain access on 1970-01-02 at 00:00 UTC.",
        resetAt: 86_400
      })
    },
    {
      name: "a rate limit without an end",
      given: error(429, "Request rejected (429)"),
      want: ProcessEnd.Limited({ message: "Request rejected (429)", resetAt: undefined })
    },
    ...[401, 402, 403].map((status) => ({
      name: `${status} is about credentials`,
      given: error(status, "no"),
      want: failed("SetupFailed", "the model API rejected the credentials: no")
    })),
    {
      name: "no login at all",
      given: error(null, "Not logged in · Please run /login", { apiError: "authentication_failed" }),
      want: failed("SetupFailed", "the model API rejected the credentials: Not logged in · Please run /login")
    },
    {
      name: "an empty account, which comes as 400",
      given: error(400, "Credit balance is too low", { apiError: "billing_error" }),
      want: failed("SetupFailed", "the model API rejected the credentials: Credit balance is too low")
    },
    {
      name: "a model that does not exist",
      given: error(404, "There's an issue with the selected model (x)", { apiError: "model_not_found" }),
      want: failed("InvalidSpec", "spec.model: There's an issue with the selected model (x)")
    },
    {
      name: "a prompt that is too long",
      given: error(400, "Prompt is too long", {}, { terminal_reason: "prompt_too_long" }),
      want: failed("AgentError", "Prompt is too long")
    },
    {
      name: "an image that is too large, which comes as 413",
      given: error(413, "too large", {}, { terminal_reason: "image_error" }),
      want: failed("AgentError", "too large")
    },
    {
      name: "a refusal",
      given: ended({ stop_reason: "refusal", result: "I cannot" }),
      want: failed("AgentError", "I cannot")
    },
    {
      name: "answers cut by their length",
      given: error(null, "too long", { apiError: "max_output_tokens" }),
      want: failed("AgentError", "too long")
    },
    {
      name: "any other 400",
      given: error(400, "API Error: 400 bad"),
      want: failed("AgentError", "API Error: 400 bad")
    },
    ...[500, 503, 529].map((status) => ({
      name: `${status} is the API's`,
      given: error(status, "Overloaded", { apiError: "server_error" }),
      want: ProcessEnd.UpstreamDown({ message: "Overloaded" })
    })),
    {
      name: "no connection, which comes without a status",
      given: error(null, "Unable to connect to API (ConnectionRefused)", { apiError: "server_error" }),
      want: ProcessEnd.UpstreamDown({ message: "Unable to connect to API (ConnectionRefused)" })
    },
    {
      name: "no answer within the time",
      given: error(null, "Request timed out", { apiError: "server_error" }),
      want: ProcessEnd.UpstreamDown({ message: "Request timed out" })
    },
    {
      name: "a certificate that is not trusted",
      given: error(null, "Unable to connect to API (UNKNOWN_CERTIFICATE_VERIFICATION_ERROR)", {
        apiError: "server_error"
      }),
      want: ProcessEnd.UpstreamDown({ message: "Unable to connect to API (UNKNOWN_CERTIFICATE_VERIFICATION_ERROR)" })
    },
    {
      name: "a stream that was cut twice",
      given: error(null, "Connection to the API was lost"),
      want: ProcessEnd.UpstreamDown({ message: "Connection to the API was lost" })
    },
    {
      name: "a stream that was cut once and made good",
      given: ended({}, { apiError: "server_error" }),
      want: ProcessEnd.Finished({ message: "Work is done." })
    },
    {
      name: "a prompt that a hook stopped",
      given: ended({ terminal_reason: "hook_stopped", result: "" }),
      want: ProcessEnd.Finished({ message: "The agent finished without a message." })
    },
    {
      name: "an answer that is none",
      given: error(null, "API returned an empty or malformed response (HTTP 200)"),
      want: ProcessEnd.UpstreamDown({ message: "API returned an empty or malformed response (HTTP 200)" })
    },
    {
      name: "any other error, with the first words there are",
      given: seen({ result: { type: "result", subtype: "error_during_execution", is_error: true, errors: ["boom"] } }),
      want: failed("AgentError", "boom")
    },
    {
      name: "killed",
      given: seen({ exitCode: 137 }),
      want: ProcessEnd.Lost({ message: "the agent was killed (exit 137; out of memory?)" })
    },
    {
      name: "exit 0 without a result is no success",
      given: seen({ exitCode: 0 }),
      want: ProcessEnd.Lost({ message: "the agent ended without a result (exit 0)" })
    },
    {
      name: "silence",
      given: seen({ stopped: "Silent", exitCode: 143 }),
      want: ProcessEnd.Lost({ message: "the agent showed no sign of life" })
    },
    {
      name: "silence, and a last word when it was stopped",
      given: seen({
        stopped: "Silent",
        exitCode: 1,
        result: result({ subtype: "error_during_execution", is_error: true, terminal_reason: "aborted_streaming" })
      }),
      want: ProcessEnd.Lost({ message: "the agent showed no sign of life" })
    },
    {
      name: "no first event for too long",
      given: unstarted({ stopped: "NoInit", exitCode: 143 }),
      want: failed("SetupFailed", "the agent printed nothing for too long after its start: no words")
    },
    {
      name: "a command instead of a prompt",
      given: ended({ num_turns: 0 }),
      want: failed("AgentError", "the prompt was not run: Work is done.")
    },
    {
      name: "a success in which no model answered",
      given: ended({}, { answered: false }),
      want: failed("AgentError", "the prompt was not run: Work is done.")
    }
  ])("$name", ({ given, want }) => assert.deepStrictEqual(classify(given), want))
})

describe("with what the broker saw", () => {
  it.each<{ name: string; given: Observation; beside: BrokerView; want: ProcessEnd }>([
    {
      name: "a limit ends when the broker says",
      given: error(429, "Request rejected (429)"),
      beside: { resetAt: "1970-01-01T00:16:40.000Z" },
      want: ProcessEnd.Limited({ message: "Request rejected (429)", resetAt: 1000 })
    },
    {
      name: "the broker's word on its end comes first",
      given: error(429, "limit", { resetsAt: 2000 }),
      beside: { resetAt: "1970-01-01T00:16:40.000Z" },
      want: ProcessEnd.Limited({ message: "limit", resetAt: 1000 })
    },
    ...(["Budget", "Turns"] as const).map((modelRefused) => ({
      name: `refused for its ${modelRefused.toLowerCase()}, which comes as 400`,
      given: error(400, "API Error: 400 spent"),
      beside: { modelRefused },
      want: ProcessEnd.OverBudget({ message: "API Error: 400 spent", complete: false })
    })),
    {
      name: "refused after its last word is done all the same",
      given: ended({}),
      beside: { modelRefused: "Budget" },
      want: ProcessEnd.Finished({ message: "Work is done." })
    },
    {
      name: "a missing key is named",
      given: error(401, "Invalid API key"),
      beside: { problem: "there is no key" },
      want: failed("SetupFailed", "the model API rejected the credentials: there is no key")
    }
  ])("$name", ({ beside, given, want }) => assert.deepStrictEqual(classify(given, beside), want))
})

describe("nextStep", () => {
  const end = NextStep.End()
  const after = (seconds: number) => NextStep.Resume({ after: Duration.seconds(seconds) })
  it.each<{ name: string; given: ProcessEnd; tried?: Partial<Tried>; want: NextStep }>([
    { name: "a failing API: again soon", given: ProcessEnd.UpstreamDown({ message: "" }), want: after(10) },
    {
      name: "and again, later",
      given: ProcessEnd.UpstreamDown({ message: "" }),
      tried: { upstream: 2 },
      want: after(90)
    },
    { name: "but not for ever", given: ProcessEnd.UpstreamDown({ message: "" }), tried: { upstream: 3 }, want: end },
    { name: "a lost process: once more", given: ProcessEnd.Lost({ message: "" }), want: after(1) },
    { name: "and no more", given: ProcessEnd.Lost({ message: "" }), tried: { lost: 1 }, want: end },
    {
      name: "a limit that ends soon is waited for",
      given: ProcessEnd.Limited({ message: "", resetAt: 1060 }),
      want: after(61)
    },
    { name: "one that has ended", given: ProcessEnd.Limited({ message: "", resetAt: 900 }), want: after(1) },
    {
      name: "one that lasts is the controller's",
      given: ProcessEnd.Limited({ message: "", resetAt: 9000 }),
      want: end
    },
    {
      name: "one without an end: a minute",
      given: ProcessEnd.Limited({ message: "", resetAt: undefined }),
      want: after(60)
    },
    {
      name: "then more, within bounds",
      given: ProcessEnd.Limited({ message: "", resetAt: undefined }),
      tried: { limited: 4, waited: 900 },
      want: end
    },
    { name: "an id in use: resume it", given: ProcessEnd.SessionInUse(), want: after(0) },
    { name: "in use and unknown by turns ends", given: ProcessEnd.SessionInUse(), tried: { sessions: 2 }, want: end },
    {
      name: "an unknown session: start fresh, and say so",
      given: ProcessEnd.SessionUnknown(),
      want: NextStep.StartFresh({ problem: "the agent did not find the session to resume" })
    },
    { name: "bad credentials: never again", given: failed("SetupFailed", ""), want: end },
    { name: "a budget: never again", given: ProcessEnd.OverBudget({ message: "", complete: false }), want: end },
    { name: "done", given: ProcessEnd.Finished({ message: "" }), want: end }
  ])(
    "$name",
    ({ given, tried, want }) =>
      assert.deepStrictEqual(nextStep(given, { ...nothingTried, ...tried }, { backoff: 10, now: 1000 })[0], want)
  )
})
