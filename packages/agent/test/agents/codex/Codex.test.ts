/** Codex's stream, command line and home. The lines are what version 0.171.0 prints. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Invocation } from "../../../src/agents/AgentCli.ts"
import { codex } from "../../../src/agents/codex/CodexCli.ts"
import { isStub, usedBefore } from "../../../src/agents/codex/Rollout.ts"
import { codexTraces, threadOf } from "../../../src/agents/codex/Traces.ts"
import type { BrokerView } from "../../../src/agents/Following.ts"
import { ProcessEnd } from "../../../src/agents/ProcessEnd.ts"
import { parseVersion } from "../../../src/agents/Version.ts"
import { removeFolder, tempFolder } from "../../fixtures/Remotes.ts"
import { invocationOf, ours } from "../Invocations.ts"

const thread = "01a22830-dee3-7ed1-a375-21551ab12ba0"
const invocation = invocationOf({
  model: "gpt-5.5",
  environment: { OPENAI_BASE_URL: "http://127.0.0.1:1/responses/v1" }
})

const event = (type: string, more: object = {}) => JSON.stringify({ type, ...more })
const started = event("thread.started", { thread_id: thread })
const item = (type: string, more: object, name = "item.completed") =>
  event(name, { item: { id: "item_1", type, ...more } })
const said = (text: string) => item("agent_message", { text })
const completed = (input = 2000, output = 100) =>
  event("turn.completed", { usage: { input_tokens: input, output_tokens: output } })
const failed = (message: string) => event("turn.failed", { error: { message } })

interface Process {
  readonly lines: ReadonlyArray<string>
  readonly stderr?: string
  readonly session?: Invocation["session"]
  readonly exitCode?: number
}

const follow = ({ exitCode = 0, lines, session = invocation.session, stderr }: Process) => {
  let following = codex.follow({ ...invocation, session }, (text) => text.replaceAll("s3cret", "***"))
  for (const line of lines) following = following.read(line)?.next ?? following
  if (stderr !== undefined) following = following.readStderr(stderr)
  return following.exited(exitCode)
}

const end = (process: Process, broker?: BrokerView) => follow(process).processEnd(broker)

describe("the end of a process of Codex", () => {
  const tail = (message: string) => ({ lines: [started, failed(message)], exitCode: 1 })
  it.each<{ name: string; given: Process; broker?: BrokerView; want: string }>([
    {
      name: "the last words of a turn that has ended",
      given: { lines: [started, said("Done."), completed()] },
      want: "Finished"
    },
    {
      name: "no words and no work, although its exit code is 0",
      given: { lines: [started, said(""), completed()] },
      want: "Failed AgentError"
    },
    {
      name: "a warning is no work",
      given: { lines: [started, item("error", { message: "w" }), completed()] },
      want: "Failed AgentError"
    },
    {
      name: "work without words",
      given: { lines: [started, item("command_execution", { status: "completed" }), completed()] },
      want: "Finished"
    },
    { name: "no end of the turn", given: { lines: [started, said("I am about to")] }, want: "Lost" },
    {
      name: "work after a turn that had ended",
      given: { lines: [started, completed(), said("And now")] },
      want: "Lost"
    },
    {
      name: "another thread than the one to resume",
      given: { lines: [started], session: { sessionId: ours, resume: ours } },
      want: "SessionUnknown"
    },
    {
      name: "no thread of this name",
      given: { lines: [], stderr: "Error: no rollout found for thread id x", exitCode: 1 },
      want: "SessionUnknown"
    },
    {
      name: "a thread that was never written",
      given: { lines: [], stderr: "failed to read session metadata", exitCode: 1 },
      want: "SessionUnknown"
    },
    {
      name: "a thread that another process has",
      given: { lines: [], stderr: "thread already has an active writer", exitCode: 1 },
      want: "SessionInUse"
    },
    {
      name: "no start",
      given: { lines: [], stderr: "required MCP servers failed: toolman", exitCode: 1 },
      want: "Failed SetupFailed"
    },
    { name: "401", given: tail("unexpected status 401 Unauthorized: x"), want: "Failed SetupFailed" },
    {
      name: "403 after tries",
      given: tail("exceeded retry limit, last status: 403 Forbidden"),
      want: "Failed SetupFailed"
    },
    {
      name: "no credit",
      given: tail("Quota exceeded. Check your plan and billing details."),
      want: "Failed SetupFailed"
    },
    {
      name: "429 after tries",
      given: tail("exceeded retry limit, last status: 429 Too Many Requests"),
      want: "Limited"
    },
    { name: "an account's limit", given: tail("You've hit your usage limit. Try again at 9:18 PM"), want: "Limited" },
    { name: "404", given: tail("unexpected status 404 Not Found: no such model"), want: "Failed InvalidSpec" },
    {
      name: "500",
      given: tail("We're currently experiencing high demand, which may cause temporary errors."),
      want: "UpstreamDown"
    },
    { name: "a cut stream", given: tail("stream disconnected before completion: x"), want: "UpstreamDown" },
    {
      name: "a context that is too long",
      given: tail("ran out of room in the model's context window"),
      want: "Failed AgentError"
    },
    {
      name: "the broker's no at the budget",
      given: tail("{\"error\":{\"message\":\"x\"}}"),
      broker: { modelRefused: "Budget" },
      want: "OverBudget"
    }
  ])("$name: $want", ({ broker, given, want }) => {
    const processEnd = end(given, broker)
    const reason = processEnd._tag === "Failed" ? ` ${processEnd.reason}` : ""
    assert.strictEqual(`${processEnd._tag}${reason}`, want)
  })

  it("of a limit is the one that the broker has seen", () => {
    const broker = { resetAt: "2026-11-29T18:00:00.000Z" }
    assert.deepStrictEqual(
      end(tail("last status: 429 Too Many Requests"), broker),
      ProcessEnd.Limited({ message: "last status: 429 Too Many Requests", resetAt: 1_795_975_200 })
    )
  })

  it("says first that the runner has made it", () => {
    const following = follow({ lines: [started, said("Done."), completed()] }).stopped("NotExiting")
    const processEnd = following.processEnd()
    assert.match("message" in processEnd ? processEnd.message : "", /^The agent was stopped by the runner: .* Done\.$/)
  })

  it("has no secret in its words", () => {
    const processEnd = end({ lines: [started, said("The key is s3cret."), completed()] })
    assert.deepInclude(processEnd, { message: "The key is ***." })
  })
})

describe("what a process of Codex has used", () => {
  it("is what its thread has more than before", () => {
    const session = { sessionId: ours, resume: thread, usedBefore: { inputTokens: 1500, outputTokens: 90 } }
    const { seen } = follow({ lines: [started, said("x"), completed()], session })
    assert.deepStrictEqual(seen.usage, { inputTokens: 500, outputTokens: 10 })
  })

  it("before is the last sum in the transcript", () => {
    const line = (input: number) =>
      event("event_msg", {
        payload: { type: "token_count", info: { total_token_usage: { input_tokens: input, output_tokens: 5 } } }
      })
    assert.deepStrictEqual(usedBefore(`${line(10)}\n${line(30)}\n{"type":"x"}\n`), { inputTokens: 30, outputTokens: 5 })
    assert.isUndefined(usedBefore("{\"type\":\"session_meta\"}\n"))
  })
})

describe("a process of Codex that says nothing", () => {
  const bounds = { exit: 10, silence: 900 }
  const call = item("command_execution", { status: "in_progress" }, "item.started")
  it("is waited for while a tool runs, and after that for as long as a model may take", () => {
    const working = codex.follow(invocation, (text) => text).read(started)?.next.read(call)?.next
    assert.isUndefined(working?.overdue(5000, bounds))
    const answered = working?.read(item("command_execution", { status: "completed" }))?.next
    assert.isUndefined(answered?.overdue(899, bounds))
    assert.strictEqual(answered?.overdue(900, bounds), "Silent")
    assert.strictEqual(answered?.read(completed())?.next.overdue(10, bounds), "NotExiting")
  })
})

describe("a transcript of Codex", () => {
  const path = `${ours}/sessions/2026/11/29/rollout-2026-11-29T16-43-41-${thread}.jsonl`
  it("is known by our id, and names its own thread", () => {
    assert.strictEqual(codexTraces.sessions.idOf(path), ours)
    assert.strictEqual(threadOf(`/c/homes/${path}`), thread)
    for (
      const other of [
        "sessions/x.jsonl",
        `${ours}/config.toml`,
        `x/${path}`,
        `${ours}/sessions/rollout-${thread}.jsonl`
      ]
    ) {
      assert.isUndefined(codexTraces.sessions.idOf(other), other)
    }
  })

  it("is none as long as its first line is not whole", () => {
    assert.isTrue(isStub(""))
    assert.isTrue(isStub("{\"timestamp\":\"x\",\"type\":\"session_meta\",\"payl"))
    assert.isFalse(isStub("{\"timestamp\":\"x\",\"type\":\"session_meta\",\"payload\":{}}\n{\"cut"))
  })
})

describe("the command line of Codex", () => {
  it("names the broker, closes what would go on without end, and has no limit of its own", () => {
    const words = codex.arguments(invocation)
    assert.strictEqual(words[0], "exec")
    assert.strictEqual(words.at(-1), "-")
    for (const flag of ["--ignore-user-config", "--ignore-rules", "--strict-config", "--json"]) {
      assert.include(words, flag)
    }
    assert.include(words.join(" "), "\"base_url\"=\"http://127.0.0.1:1/responses/v1\"")
    assert.include(words.join(" "), "--disable unbounded_connection_retries")
    assert.deepStrictEqual(
      codex.arguments({ ...invocation, session: { sessionId: ours, resume: thread } }).slice(0, 3),
      ["exec", "resume", thread]
    )
  })

  it("has names of variables in place of what a tool server must not be told in public", () => {
    const server = {
      name: "tools\" = { command = \"sh\" }",
      url: "https://tools.example.com/mcp",
      headers: { Authorization: "Bearer ${TOKEN}", "X-Key": "${KEY}", "X-Team": "a\"b" }
    }
    const words = codex.arguments({ ...invocation, files: { ...invocation.files, mcpServers: [server] } })
    const setting = words.find((word) => word.startsWith("mcp_servers="))
    assert.strictEqual(
      setting,
      "mcp_servers={\"tools\\\" = { command = \\\"sh\\\" }\"={\"url\"=\"https://tools.example.com/mcp\",\"bearer_token_env_var\"=\"TOKEN\"," +
        "\"http_headers\"={\"X-Team\"=\"a\\\"b\"},\"env_http_headers\"={\"X-Key\"=\"KEY\"},\"required\"=true}}"
    )
  })

  it("reads its version", () => assert.deepStrictEqual(parseVersion("codex-cli 0.171.0\n", "codex-cli "), [0, 171, 0]))
})

it.effect("the home of a session is emptied of all that would count, but not of the session", () =>
  Effect.gen(function*() {
    const folder = tempFolder()
    const home = join(folder, "homes", ours)
    const elsewhere = join(folder, "elsewhere")
    mkdirSync(join(home, "sessions", "2026"), { recursive: true })
    mkdirSync(elsewhere)
    writeFileSync(join(elsewhere, "kept"), "")
    for (const name of [".env", "config.toml", "AGENTS.override.md", "hooks.json"]) {
      writeFileSync(join(home, name), "evil")
    }
    symlinkSync(elsewhere, join(home, "skills"))
    writeFileSync(join(folder, "memory"), "Ours.\n")
    yield* codex.renew({
      ...invocation,
      configFolder: folder,
      files: { ...invocation.files, memory: join(folder, "memory") }
    })
    assert.sameMembers(readdirSync(home), ["AGENTS.md", "sessions"])
    assert.strictEqual(readFileSync(join(home, "AGENTS.md"), "utf8"), "Ours.\n")
    assert.isTrue(existsSync(join(home, "sessions", "2026")))
    assert.isTrue(existsSync(join(elsewhere, "kept")))
    removeFolder(folder)
  }).pipe(Effect.provide(NodeServices.layer)))
