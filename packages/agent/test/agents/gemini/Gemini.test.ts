/** Gemini CLI's stream, command line and settings. The lines are what version 0.61.0 prints. */
import { assert, describe, it } from "@effect/vitest"
import type { Invocation } from "../../../src/agents/AgentCli.ts"
import type { BrokerView } from "../../../src/agents/Following.ts"
import { gemini } from "../../../src/agents/gemini/GeminiCli.ts"
import { settingsOf, type Step, systemProblem } from "../../../src/agents/gemini/Settings.ts"
import { geminiTraces } from "../../../src/agents/gemini/Traces.ts"
import type { ProcessEnd } from "../../../src/agents/ProcessEnd.ts"
import { invocationOf, ours } from "../Invocations.ts"

const invocation = invocationOf({ model: "gemini-2.5-pro" })

const event = (type: string, more: object = {}) =>
  JSON.stringify({ type, timestamp: "2026-11-29T16:43:41.000Z", ...more })
const init = event("init", { session_id: ours, model: "gemini-2.5-pro" })
const prompt = event("message", { role: "user", content: "Task: do it" })
const said = (content: string) => event("message", { role: "assistant", content, delta: true })
const called = event("tool_use", { tool_name: "run_shell_command", tool_id: "t1", parameters: { command: "npm test" } })
const returned = event("tool_result", { tool_id: "t1", status: "success", output: "ok" })
const stats = { total_tokens: 1060, input_tokens: 1000, output_tokens: 50, cached: 200 }
const result = event("result", { status: "success", stats })
const failed = (message: string) => event("result", { status: "error", error: { type: "unknown", message }, stats })
const trouble = (message: string, severity = "warning") => event("error", { severity, message })

interface Process {
  readonly lines: ReadonlyArray<string>
  readonly stderr?: string
  readonly exitCode?: number
}

const follow = ({ exitCode = 0, lines, stderr }: Process) => {
  let following = gemini.follow(invocation, (text) => text.replaceAll("s3cret", "***"))
  for (const line of lines) following = following.read(line)?.next ?? following
  if (stderr !== undefined) following = following.readStderr(stderr)
  return following.exited(exitCode)
}

const nameOf = (processEnd: ProcessEnd) =>
  `${processEnd._tag}${processEnd._tag === "Failed" ? ` ${processEnd.reason}` : ""}`

describe("the end of a process of Gemini CLI", () => {
  const done = [init, prompt, said("Do"), said("ne."), result]
  const tail = [init, prompt, failed("[API Error: x]")]
  it.each<{ name: string; given: Process; broker?: BrokerView; want: string }>([
    { name: "words", given: { lines: done }, want: "Finished" },
    { name: "words, whatever its exit code", given: { lines: done, exitCode: 173 }, want: "Finished" },
    {
      name: "nothing but the prompt that came back",
      given: { lines: [init, prompt, result] },
      want: "Failed AgentError"
    },
    { name: "no last line, with exit code 0", given: { lines: [init, prompt, said("a")] }, want: "Lost" },
    {
      name: "a loop, which it calls a success",
      given: { lines: [init, called, returned, trouble("Loop detected, stopping execution"), result] },
      want: "Failed AgentError"
    },
    {
      name: "empty answers, with exit code 0",
      given: { lines: tail },
      broker: { lastAnswer: { status: 200 } },
      want: "UpstreamDown"
    },
    {
      name: "a cut answer",
      given: { lines: tail, exitCode: 1 },
      broker: { lastAnswer: { status: 200 } },
      want: "UpstreamDown"
    },
    {
      name: "turns",
      given: {
        lines: [init, failed("Reached max session turns"), trouble("Maximum session turns exceeded", "error")],
        exitCode: 53
      },
      want: "OverBudget"
    },
    {
      name: "another session",
      given: { lines: [event("init", { session_id: "x", model: "gemini-2.5-pro" })] },
      want: "Failed SetupFailed"
    },
    {
      name: "another model",
      given: { lines: [event("init", { session_id: ours, model: "gemini-x" })] },
      want: "Failed SetupFailed"
    },
    {
      name: "a session that is there",
      given: { lines: [], stderr: "Error starting session: Session ID \"x\" already exists.", exitCode: 42 },
      want: "SessionInUse"
    },
    {
      name: "one that is not",
      given: { lines: [], stderr: "Error resuming session: Invalid session identifier \"x\".", exitCode: 42 },
      want: "SessionUnknown"
    },
    {
      name: "no start",
      given: { lines: [], stderr: "Invalid auth method selected.", exitCode: 41 },
      want: "Failed SetupFailed"
    },
    {
      name: "401",
      given: { lines: tail, exitCode: 145 },
      broker: { lastAnswer: { status: 401 } },
      want: "Failed SetupFailed"
    },
    { name: "429", given: { lines: tail, exitCode: 173 }, broker: { lastAnswer: { status: 429 } }, want: "Limited" },
    {
      name: "404",
      given: { lines: tail, exitCode: 1 },
      broker: { lastAnswer: { status: 404 } },
      want: "Failed InvalidSpec"
    },
    {
      name: "529, whose exit code is 17",
      given: { lines: tail, exitCode: 17 },
      broker: { lastAnswer: { status: 529 } },
      want: "UpstreamDown"
    },
    {
      name: "any 400",
      given: { lines: tail, exitCode: 144 },
      broker: { lastAnswer: { status: 400 } },
      want: "Failed AgentError"
    },
    {
      name: "the broker's no",
      given: { lines: tail, exitCode: 144 },
      broker: { lastAnswer: { status: 400 }, modelRefused: "Turns" },
      want: "OverBudget"
    },
    {
      name: "an answer that was cut at its longest, which it calls a success",
      given: { lines: done },
      broker: { lastAnswer: { status: 200, unfinished: "MAX_TOKENS" } },
      want: "Failed AgentError"
    },
    {
      name: "a failure before, and a good end",
      given: { lines: done },
      broker: { lastAnswer: { status: 200 } },
      want: "Finished"
    }
  ])("$name: $want", ({ broker, given, want }) => assert.strictEqual(nameOf(follow(given).processEnd(broker)), want))

  it("has the words since its last call, in one piece and without secrets", () => {
    const lines = [init, said("First."), called, returned, said("The key "), said("is s3cret."), result]
    assert.deepInclude(follow({ lines }).processEnd(), { message: "The key is ***." })
  })

  it("is believed by nobody without asking the broker", () => {
    assert.isTrue(follow({ lines: [init, prompt] }).seen.failed)
    assert.isTrue(follow({ lines: done }).seen.failed)
  })
})

describe("a process of Gemini CLI", () => {
  it("has used what its last line says, thoughts included", () =>
    assert.deepStrictEqual(follow({ lines: [init, result] }).seen.usage, { inputTokens: 1000, outputTokens: 60 }))

  it("is waited for while a tool runs", () => {
    const bounds = { exit: 10, silence: 900 }
    const working = gemini.follow(invocation, (text) => text).read(init)?.next.read(called)?.next
    assert.isUndefined(working?.overdue(5000, bounds))
    const answered = working?.read(returned)?.next
    assert.strictEqual(answered?.overdue(900, bounds), "Silent")
    assert.strictEqual(answered?.read(result)?.next.overdue(10, bounds), "NotExiting")
  })

  it("tells words when they are whole", () => {
    let following = gemini.follow(invocation, (text) => text)
    const log: Array<string> = []
    const transcript: Array<unknown> = []
    for (const line of [init, prompt, said("I "), said("look."), called, returned, said("Done."), result]) {
      const read = following.read(line)
      log.push(...read?.log ?? [])
      transcript.push(...read?.transcript ?? [])
      following = read?.next ?? following
    }
    assert.deepStrictEqual(log, [
      `agent: session ${ours} with gemini-2.5-pro`,
      "agent: I look.",
      "agent > run_shell_command npm test",
      "agent < ok",
      "agent: Done.",
      "agent: finished"
    ])
    assert.deepStrictEqual(transcript, [
      { type: "session", sessionId: ours, model: "gemini-2.5-pro", tools: [] },
      { type: "message", role: "assistant", text: "I look." },
      { type: "toolCall", id: "t1", name: "run_shell_command", input: { command: "npm test" } },
      { type: "toolResult", id: "t1", error: false, text: "ok" },
      { type: "message", role: "assistant", text: "Done." },
      { type: "result", error: false, text: "Done.", usage: { inputTokens: 1000, outputTokens: 60 } }
    ])
  })
})

describe("a tool server of the run that does not start", () => {
  const mcpServers = [{ name: "toolman", url: "https://tools.example.com/mcp" }]
  const issues = "[INFO] MCP issues detected. Run /mcp list for status."
  const begin = (files: Invocation["files"] = { ...invocation.files, mcpServers }) =>
    gemini.follow({ ...invocation, files }, (text) => text)

  it("is noticed before the model is, in any order, and ends the run with its name", () => {
    const late = begin().read(init)?.next.readStderr(issues)
    assert.isTrue(late?.seen.unfit)
    assert.isTrue(begin().readStderr(issues).read(init)?.next.seen.unfit)
    assert.deepInclude(late?.exited(0).processEnd(), { reason: "SetupFailed" })
    assert.include(JSON.stringify(late?.exited(0).processEnd()), "toolman")
  })

  it("is nothing once work has begun, and where the run has none", () => {
    assert.isFalse(begin().read(init)?.next.read(called)?.next.readStderr(issues).seen.unfit)
    assert.isFalse(begin(invocation.files).read(init)?.next.readStderr(issues).seen.unfit)
  })
})

describe("Gemini CLI's command line and settings", () => {
  it("name the session, and resume it by the same name", () => {
    assert.include(gemini.arguments(invocation).join(" "), `--session-id ${ours}`)
    const resumed = gemini.arguments({ ...invocation, session: { sessionId: ours, resume: ours } }).join(" ")
    assert.include(resumed, `--resume ${ours}`)
    assert.notInclude(resumed, "--session-id")
    const place = `${ours}/.gemini/tmp/run/chats/session-2026-11-29T16-43-3f9c2a1b.jsonl`
    assert.strictEqual(geminiTraces.sessions.idOf(place), ours)
    assert.isUndefined(geminiTraces.sessions.idOf(`${ours}/.gemini/settings.json`))
  })

  it("keep it from every file of variables but its home's, and from other system settings", () => {
    assert.deepStrictEqual(settingsOf(invocation).security.auth, { selectedType: "gemini-api-key", useExternal: true })
    assert.isTrue(settingsOf(invocation).advanced.ignoreLocalEnv)
    const surroundings = { workingDirectory: "/w", environment: {}, toolServers: false, root: false }
    assert.deepStrictEqual(gemini.environment({ ...surroundings, configFolder: "/c", sessionId: ours }), {
      GEMINI_CLI_HOME: `/c/homes/${ours}`,
      GEMINI_CLI_NO_RELAUNCH: "true",
      GEMINI_CLI_SYSTEM_SETTINGS_PATH: "/etc/gemini-cli/settings.json"
    })
  })

  it("have the run's tool servers alone", () => {
    const mcpServers = [{
      name: "web",
      url: "https://tools.example.com/mcp",
      headers: { Authorization: "Bearer ${T}" }
    }]
    const settings = settingsOf({ ...invocation, files: { ...invocation.files, mcpServers } })
    assert.deepStrictEqual(settings.mcpServers, {
      web: { httpUrl: "https://tools.example.com/mcp", headers: { Authorization: "Bearer ${T}" }, trust: true }
    })
    assert.deepStrictEqual(settings.mcp, { allowed: ["web"] })
  })
})

describe("the system's settings, which are the image's", () => {
  const good = `{"security":{"folderTrust":{"enabled":true}}}`
  const step = (path: string, more: Partial<Step> = {}): Step => ({ path, owner: 0, mode: 0o755, ...more })
  it.each<{ name: string; file?: Partial<Step>; folder?: Partial<Step>; text?: string; want: string | undefined }>([
    { name: "that root has", want: undefined },
    { name: "that are not there", file: { owner: undefined }, want: "no /etc/x" },
    { name: "of the agent's", file: { owner: 1000 }, want: "/etc/x owned or writable by others" },
    { name: "that a group may write", file: { mode: 0o664 }, want: "/etc/x owned or writable by others" },
    { name: "in a folder that everybody may write", folder: { mode: 0o777 }, want: "/etc owned or writable by others" },
    { name: "that leave it to others", text: "{}", want: "other settings" },
    { name: "that say no", text: good.replace("true", "false"), want: "other settings" }
  ])(
    "$name: $want",
    ({ file, folder, text = good, want }) =>
      assert.strictEqual(systemProblem([step("/"), step("/etc", folder), step("/etc/x", file)], text), want)
  )
})
