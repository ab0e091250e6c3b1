/** opencode's stream, command line and configuration. The lines are what version 1.18.33 prints. */
import { assert, describe, it } from "@effect/vitest"
import type { Invocation } from "../../../src/agents/AgentCli.ts"
import type { BrokerView } from "../../../src/agents/Following.ts"
import { configOf } from "../../../src/agents/opencode/Config.ts"
import { opencode } from "../../../src/agents/opencode/OpencodeCli.ts"
import { databaseName, isHere, opencodeTraces, sessionIn } from "../../../src/agents/opencode/Traces.ts"
import type { ProcessEnd } from "../../../src/agents/ProcessEnd.ts"
import { invocationOf, ours } from "../Invocations.ts"

const session = "ses_0a1b2c3d4e5fAbCdEfGhIjKlMn"
const invocation = invocationOf({
  model: "claude-x",
  workingDirectory: "/workspace/target-repo/api",
  environment: { ANTHROPIC_BASE_URL: "http://127.0.0.1:1/anthropic", WORKSPACE_DIR: "/workspace" }
})

const event = (type: string, more: object = {}, sessionID = session) =>
  JSON.stringify({ type, timestamp: 1_795_000_000_000, sessionID, ...more })
const start = event("step_start", { part: { type: "step-start" } })
const finish = (reason: string, tokens = { input: 800, output: 40, reasoning: 10, cache: { write: 0, read: 200 } }) =>
  event("step_finish", { part: { type: "step-finish", reason, tokens, cost: 0 } })
const said = (text: string) => event("text", { part: { type: "text", text, time: { start: 1, end: 2 } } })
const used = (state: object) => event("tool_use", { part: { type: "tool", tool: "bash", callID: "call_1", state } })
const failure = (statusCode: number, message: string, name = "APIError") =>
  event("error", { error: { name, data: { message, statusCode, isRetryable: statusCode >= 500 } } })

interface Process {
  readonly lines: ReadonlyArray<string>
  readonly stderr?: string
  readonly resume?: string
  readonly exitCode?: number
}

const follow = ({ exitCode = 0, lines, resume, stderr }: Process) => {
  const asked: Invocation = { ...invocation, session: { sessionId: ours, resume } }
  let following = opencode.follow(asked, (text) => text.replaceAll("s3cret", "***"))
  for (const line of lines) following = following.read(line)?.next ?? following
  if (stderr !== undefined) following = following.readStderr(stderr)
  return following.exited(exitCode)
}

const nameOf = (processEnd: ProcessEnd) =>
  `${processEnd._tag}${processEnd._tag === "Failed" ? ` ${processEnd.reason}` : ""}`

describe("the end of a process of opencode", () => {
  const call = used({ status: "completed", input: { command: "true" }, output: "", metadata: { exit: 0 } })
  const tail = (...lines: ReadonlyArray<string>) => ({ lines: [start, ...lines], exitCode: 1 })
  it.each<{ name: string; given: Process; broker?: BrokerView; want: string }>([
    { name: "last words", given: { lines: [start, said("Done."), finish("stop")] }, want: "Finished" },
    {
      name: "work without words",
      given: { lines: [start, call, finish("tool-calls"), start, finish("stop")] },
      want: "Finished"
    },
    { name: "no words and no work", given: { lines: [start, said(""), finish("stop")] }, want: "Failed AgentError" },
    {
      name: "an answer that was too long, with code 0",
      given: { lines: [start, said("a"), finish("length")] },
      want: "Failed AgentError"
    },
    { name: "a filtered one", given: { lines: [start, finish("content-filter")] }, want: "Failed AgentError" },
    { name: "no end after a call", given: { lines: [start, call, finish("tool-calls")] }, want: "Lost" },
    { name: "work after an end", given: { lines: [start, said("a"), finish("stop"), start] }, want: "Lost" },
    {
      name: "another session",
      given: { lines: [start], resume: "ses_000000000000AbCdEfGhIjKlMn" },
      want: "SessionUnknown"
    },
    {
      name: "no such session",
      given: { lines: [], stderr: "Error: Session not found", exitCode: 1 },
      want: "SessionUnknown"
    },
    {
      name: "no start",
      given: { lines: [], stderr: "Error: Unexpected server error", exitCode: 1 },
      want: "Failed SetupFailed"
    },
    { name: "401", given: tail(failure(401, "invalid x-api-key")), want: "Failed SetupFailed" },
    { name: "no credit", given: tail(failure(400, "Your credit balance is too low")), want: "Failed SetupFailed" },
    { name: "404", given: tail(failure(404, "model: claude-x")), want: "Failed InvalidSpec" },
    { name: "429", given: tail(failure(429, "rate limit")), want: "Limited" },
    {
      name: "an account's limit",
      given: tail(failure(400, "You have reached your limit")),
      broker: { resetAt: "2026-11-29T18:00:00.000Z" },
      want: "Limited"
    },
    { name: "any other 400", given: tail(failure(400, "x")), want: "Failed AgentError" },
    { name: "the broker's no", given: tail(failure(400, "x")), broker: { modelRefused: "Budget" }, want: "OverBudget" },
    { name: "529", given: tail(failure(529, "Overloaded")), want: "UpstreamDown" },
    {
      name: "no connection",
      given: tail(event("error", { error: { name: "UnknownError", data: { message: "fetch failed" } } })),
      want: "UpstreamDown"
    },
    {
      name: "a conversation too long",
      given: tail(failure(400, "prompt is too long", "ContextOverflowError")),
      want: "Failed AgentError"
    },
    {
      name: "a failure that was got over",
      given: { lines: [start, failure(500, "x"), start, said("Done."), finish("stop")] },
      want: "Finished"
    }
  ])("$name: $want", ({ broker, given, want }) => assert.strictEqual(nameOf(follow(given).processEnd(broker)), want))

  it("of a limit is the one that the broker has seen", () => {
    const given = follow(tail(failure(429, "rate limit")))
    assert.isTrue(given.seen.failed)
    assert.deepInclude(given.processEnd({ resetAt: "2026-11-29T18:00:00.000Z" }), { resetAt: 1_795_975_200 })
  })

  it("has no secret in its words", () => {
    assert.deepInclude(follow({ lines: [start, said("The key is s3cret."), finish("stop")] }).processEnd(), {
      message: "The key is ***."
    })
    assert.notInclude(JSON.stringify(follow(tail(failure(401, "not s3cret"))).processEnd()), "s3cret")
  })
})

describe("a process of opencode", () => {
  it("has used what its steps have, caches and reasoning included", () => {
    const { seen } = follow({ lines: [start, finish("tool-calls"), start, finish("stop")] })
    assert.deepStrictEqual(seen.usage, { inputTokens: 2000, outputTokens: 100 })
  })

  const bounds = { exit: 10, silence: 900 }
  it("that says nothing is silent while the broker has a request of it, and is given longer while it has none", () => {
    const working = opencode.follow(invocation, (text) => text)
    assert.strictEqual(working.overdue(900, bounds, { asking: 1 }), "Silent")
    assert.isUndefined(working.overdue(3599, bounds, { asking: 0 }))
    assert.strictEqual(working.overdue(3600, bounds, { asking: 0 }), "Silent")
    assert.strictEqual(working.overdue(900, bounds), "Silent")
  })

  it("that waits for the end of a limit is stopped, and the end is the broker's", () => {
    const waiting = opencode.follow(invocation, (text) => text)
    const broker = { asking: 0, resetAt: "2026-11-29T18:00:00.000Z" }
    assert.isUndefined(waiting.overdue(19, bounds, broker))
    assert.strictEqual(waiting.overdue(20, bounds, broker), "Waiting")
    const stopped = waiting.stopped("Waiting").exited(130)
    assert.isTrue(stopped.seen.failed)
    assert.deepInclude(stopped.processEnd(broker), { _tag: "Limited", resetAt: 1_795_975_200 })
  })

  it("that asks for ever what gives no answer is stopped", () => {
    const none = [start, finish("unknown")]
    const looping = follow({ lines: Array.from({ length: 5 }, () => none).flat() })
    assert.strictEqual(looping.overdue(0, bounds), "Looping")
    assert.strictEqual(looping.stopped("Looping").processEnd()._tag, "UpstreamDown")
    assert.isUndefined(follow({ lines: Array.from({ length: 4 }, () => none).flat() }).overdue(0, bounds))
  })

  it("that has ended its turn and does not exit is stopped", () => {
    const done = follow({ lines: [start, said("Done."), finish("stop")] })
    assert.isUndefined(done.overdue(9, bounds))
    assert.strictEqual(done.overdue(10, bounds), "NotExiting")
    const { message } = { message: "", ...done.stopped("NotExiting").processEnd() }
    assert.match(message, /^The agent was stopped by the runner: .* Done\.$/)
  })

  it("tells its session, its calls and its words", () => {
    const call = used({
      status: "completed",
      input: { command: "npm test" },
      output: "1 failed\n",
      metadata: { exit: 1 }
    })
    let following = opencode.follow(invocation, (text) => text)
    const log: Array<string> = []
    const transcript: Array<unknown> = []
    for (const line of [start, call, said("Done."), finish("stop")]) {
      const read = following.read(line)
      log.push(...read?.log ?? [])
      transcript.push(...read?.transcript ?? [])
      following = read?.next ?? following
    }
    assert.deepStrictEqual(log, [
      `agent: session ${session} with claude-x`,
      "agent > bash npm test",
      "agent < error: 1 failed",
      "agent: Done.",
      "agent: finished"
    ])
    assert.deepStrictEqual(transcript, [
      { type: "session", sessionId: session, model: "claude-x", tools: [] },
      { type: "toolCall", id: "call_1", name: "bash", input: { command: "npm test" } },
      { type: "toolResult", id: "call_1", error: true, text: "1 failed\n" },
      { type: "message", role: "assistant", text: "Done." },
      { type: "result", error: false, text: "Done.", usage: { inputTokens: 1000, outputTokens: 50 } }
    ])
  })
})

describe("a session of opencode", () => {
  const here = "/workspace/target-repo"
  const database = `${ours}/${databaseName(here)}`
  it("is two files in a folder of our id, of one working directory", () => {
    for (const path of [database, `${database}-wal`]) {
      assert.strictEqual(opencodeTraces.sessions.idOf(path), ours)
      assert.isTrue(isHere(path, here))
      assert.isFalse(isHere(path, `${here}/api`))
    }
    for (
      const path of [`${database}-shm`, `${ours}/opencode.db`, `x/${database}`, `${ours}/config/${databaseName(here)}`]
    ) {
      assert.isUndefined(opencodeTraces.sessions.idOf(path), path)
    }
  })

  it("is the one that its rows are of", () => {
    const other = "ses_000000000000AbCdEfGhIjKlMn"
    assert.strictEqual(sessionIn(`\u0000${session}prj${session}\uFFFD{"text":"${other}"}`), session)
    assert.isUndefined(sessionIn("SQLite format 3\u0000CREATE TABLE session"))
  })

  it("of another working directory is not resumed", () => {
    const facts = { sessionId: "own", wanted: true, last: ours, earlier: [] }
    const transcript = { path: database, stub: false, ownName: session }
    const planOf = (isHere: boolean) =>
      opencode.sessions.plan({ ...facts, transcripts: new Map([[ours, { ...transcript, here: isHere }]]) })
    assert.strictEqual(planOf(true).resume, session)
    assert.isUndefined(planOf(false).resume)
  })
})

describe("the command line of opencode", () => {
  it("names folder, model and session", () => {
    const words = opencode.arguments({ ...invocation, session: { sessionId: ours, resume: session } }).join(" ")
    assert.include(words, "--dir /workspace/target-repo/api --model broker/claude-x")
    assert.match(words, new RegExp(`--session ${session}$`))
    assert.notInclude(opencode.arguments(invocation), "--session")
  })

  it("goes with a configuration of one model at the broker, and the repository's instructions as text", () => {
    const servers = [
      { name: "web", url: "https://tools.example.com/mcp", headers: { Authorization: "Bearer ${TOKEN}" } },
      { name: "own", command: "node", args: ["server.js"], env: { KEY: "${KEY}" } }
    ]
    const config = configOf({
      ...invocation,
      files: { ...invocation.files, memory: "/config/m.md", mcpServers: servers }
    })
    assert.deepStrictEqual(config.provider["broker"]?.options, {
      baseURL: "http://127.0.0.1:1/anthropic/v1",
      apiKey: "{env:ANTHROPIC_API_KEY}"
    })
    assert.deepStrictEqual(config.enabled_providers, ["broker"])
    assert.deepStrictEqual(config.instructions, [
      "/config/m.md",
      "/workspace/target-repo/AGENTS.md",
      "/workspace/target-repo/api/AGENTS.md"
    ])
    assert.deepStrictEqual(config.mcp, {
      web: {
        type: "remote",
        url: "https://tools.example.com/mcp",
        headers: { Authorization: "Bearer {env:TOKEN}" },
        oauth: false
      },
      own: { type: "local", command: ["node", "server.js"], environment: { KEY: "{env:KEY}" } }
    })
  })

  it("has folders and a database of the session, and none of the surrounding one's settings", () => {
    const surroundings = {
      configFolder: "/c",
      sessionId: ours,
      workingDirectory: "/w",
      environment: {},
      toolServers: false,
      root: false
    }
    const environment = opencode.environment(surroundings)
    for (const name of ["CACHE", "CONFIG", "DATA", "STATE"]) {
      assert.strictEqual(environment[`XDG_${name}_HOME`], `/c/homes/${ours}/${name.toLowerCase()}`)
    }
    assert.strictEqual(environment["OPENCODE_DB"], `/c/homes/${ours}/${databaseName("/w")}`)
    assert.strictEqual(environment["OPENCODE_DISABLE_PROJECT_CONFIG"], "1")
    const [name = "", value] = opencode.sessionMark(surroundings).split("=")
    assert.strictEqual(environment[name], value)
    for (const other of ["OPENCODE_CONFIG", "OPENCODE_CONFIG_CONTENT", "OPENCODE_PERMISSION"]) {
      assert.isTrue(opencode.ofOtherSessions.has(other))
    }
    assert.isTrue(opencode.reachesModel("ANTHROPIC_AUTH_TOKEN"))
  })
})
