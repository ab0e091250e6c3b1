/** One process of an agent that misbehaves in one way, and what the runner makes of it. */
import { NodeServices } from "@effect/platform-node"
import { afterEach, assert, describe, it } from "@effect/vitest"
import { setClock, WallClock } from "@orchestrator/embedded/faults/WallClock"
import { Console, Effect, Fiber, Layer, Ref, Schedule } from "effect"
import { randomInt, randomUUID } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { claude } from "../../../src/agents/claude/ClaudeCli.ts"
import { type Bounds, nothingSeen } from "../../../src/agents/Following.ts"
import { Evidence } from "../../../src/runner/evidence/Evidence.ts"
import { Processes } from "../../../src/runner/loop/Processes.ts"
import { Supervisor } from "../../../src/runner/loop/Supervisor.ts"
import { fakeClaude } from "../../fixtures/FakeClaude.ts"
import { removeFolder, tempFolder } from "../../fixtures/Remotes.ts"

const layer = Supervisor.layer.pipe(
  Layer.provide(Processes.layer),
  Layer.provide(Layer.succeed(Evidence, Evidence.none)),
  Layer.provide(NodeServices.layer)
)
const session = randomUUID()
/** A duration that is the word of this test run alone. */
const forever = String(10_000_000 + randomInt(80_000_000))
const mark = `test-agent-${session}`

let folder: string
afterEach(() => removeFolder(folder))

/** Runs a fake agent; answers with what was seen, and what it means. */
const supervise = (body: string, bounds: Partial<Bounds> = {}) =>
  Effect.gen(function*() {
    folder = tempFolder()
    const bin = fakeClaude(join(folder, "bin"), body)
    const supervisor = yield* Supervisor
    const ended = yield* supervisor.run({
      agent: claude,
      invocation: {
        model: "claude-asked-1",
        session: { sessionId: session, resume: undefined },
        workingDirectory: folder,
        configFolder: join(folder, ".claude"),
        environment: {},
        files: {
          prompt: "",
          memory: undefined,
          notes: [],
          mcpConfig: undefined,
          mcpServers: [],
          stopHook: undefined,
          settings: undefined
        },
        maxTurns: undefined,
        maxCostUsd: undefined
      },
      broker: Effect.undefined,
      environment: {
        PATH: `${bin}:${process.env["PATH"]}`,
        CLAUDE_CONFIG_DIR: join(folder, ".claude"),
        ORCHESTRATOR_AGENT: mark
      },
      prompt: "Task:\n",
      marks: [`ORCHESTRATOR_AGENT=${mark}`, `CLAUDE_CODE_SESSION_ID=${session}`],
      bounds: { init: 15, silence: 15, stop: 0.3, exit: 0.3, backoff: 0.1, ...bounds }
    }, yield* Ref.make(nothingSeen))
    return { seen: ended.seen, processEnd: ended.processEnd() }
  }).pipe(
    Effect.provide(layer),
    Effect.provideService(Console.Console, Object.assign(Object.create(console), { log: () => undefined }))
  )

/** Whether a process with this word in its command line lives. */
const lives = (word: string) =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).some((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(word)
    } catch {
      return false
    }
  })

const until = (holds: () => boolean) =>
  Effect.suspend(() => holds() ? Effect.void : Effect.fail("not yet")).pipe(
    Effect.retry({ schedule: Schedule.spaced("20 millis"), times: 1500 })
  )

const failedWith = (status: number, words: string) =>
  `result '"subtype":"success","is_error":true,"api_error_status":${status},"num_turns":1,"result":"${words}"'; exit 1\n`

describe("an agent that", () => {
  it.live.each<{ name: string; body: string; want: string; says?: string; bounds?: Partial<Bounds> }>([
    {
      name: "does not start",
      body: "echo 'error: no such thing' >&2; exit 1\n",
      want: "SetupFailed",
      says: "no such thing"
    },
    {
      name: "prints garbage and ends",
      body: "echo hello; echo '{\"type\":3}'; printf '\\xff\\xfe{'; exit 0\n",
      want: "SetupFailed",
      says: "did not start"
    },
    { name: "says nothing", body: "sleep 30\n", bounds: { init: 0.2 }, want: "SetupFailed", says: "printed nothing" },
    {
      name: "runs with another model",
      body: "init claude-other-9\nsleep 30\n",
      want: "SetupFailed",
      says: "claude-other-9"
    },
    { name: "runs with other permissions", body: "init '' default\nsleep 30\n", want: "SetupFailed", says: "default" },
    { name: "runs another session", body: "sid=other\ninit\nsleep 30\n", want: "SetupFailed", says: "other" },
    {
      name: "has no policy in force",
      body: "echo 'Managed settings failed to load; policies are NOT in effect' >&2; sleep 0.1; init; sleep 30\n",
      want: "SetupFailed",
      says: "managed settings"
    },
    {
      name: "says late that it has no policy in force",
      body: "init; echo 'Managed settings contain invalid entries' >&2; sleep 30\n",
      want: "SetupFailed",
      says: "managed settings"
    },
    {
      name: "has bad credentials",
      body: `init; failure authentication_failed; ${failedWith(401, "Invalid API key")}`,
      want: "SetupFailed",
      says: "Invalid API key"
    },
    {
      name: "meets a failing API",
      body: `init; failure server_error; ${failedWith(529, "Overloaded")}`,
      want: "UpstreamDown"
    },
    { name: "meets a usage limit", body: `init; failure rate_limit; ${failedWith(429, "limit")}`, want: "Limited" },
    {
      name: "reaches its turns",
      body:
        "init; say x; result '\"subtype\":\"error_max_turns\",\"is_error\":true,\"errors\":[\"Reached maximum\"]'; exit 1\n",
      want: "OverBudget",
      says: "Reached maximum"
    },
    { name: "ends without a result", body: "init; say x; exit 0\n", want: "Lost", says: "exit 0" },
    { name: "is killed", body: "init; say x; kill -9 $$\n", want: "Lost", says: "137" },
    {
      name: "falls silent",
      body: "init; say x; sleep 30\n",
      bounds: { silence: 0.2 },
      want: "Lost",
      says: "sign of life"
    },
    {
      name: "is silent because a tool runs",
      body: "init; use; sleep 2; done_\n",
      bounds: { silence: 1 },
      want: "Finished"
    },
    {
      name: "was not run",
      body: "init; result '\"subtype\":\"success\",\"is_error\":false,\"num_turns\":0,\"result\":\"\"'\n",
      want: "AgentError",
      says: "not run"
    },
    { name: "writes its last line without an end", body: "init; say x; done_ | tr -d '\\n'\n", want: "Finished" }
  ])("$name", ({ body, bounds, says, want }) =>
    Effect.gen(function*() {
      const { processEnd } = yield* supervise(body, bounds)
      assert.strictEqual(processEnd._tag === "Failed" ? processEnd.reason : processEnd._tag, want)
      if (says !== undefined) {
        assert.include("message" in processEnd ? processEnd.message.toLowerCase() : "", says.toLowerCase())
      }
    }))

  it.live("is not silent because somebody sets the clock", () =>
    Effect.gen(function*() {
      const clock = yield* WallClock
      const setForward = Effect.delay(Effect.sync(() => void (clock.millis += 3_600_000)), "100 millis")
      const running = supervise("init; say x; sleep 0.5; say y; done_\n", { exit: 2 })
      const { processEnd } = yield* Effect.raceFirst(running, Effect.forever(setForward))
      assert.strictEqual(processEnd._tag, "Finished")
    }).pipe(Effect.provide(setClock.pipe(Layer.provideMerge(WallClock.layer)))))

  it.live("finished but does not exit, and ignores signals, is killed with what it left behind", () =>
    Effect.gen(function*() {
      const { seen, processEnd } = yield* supervise(
        "trap '' INT TERM; init; say x\n" +
          `CLAUDE_CODE_SESSION_ID=$sid setsid sleep ${forever}1 </dev/null >/dev/null 2>&1 &\n` +
          `setsid sleep ${forever}3 &\n` +
          "done_; while :; do sleep 0.1; done\n"
      )
      assert.strictEqual(processEnd._tag, "Finished")
      assert.strictEqual(seen.stopped, "NotExiting")
      assert.strictEqual(seen.exitCode, 137)
      assert.isFalse(lives(`${forever}1`) || lives(`${forever}3`))
    }))

  it.live("is interrupted has ended when the interruption has", () =>
    Effect.gen(function*() {
      const running = yield* Effect.forkChild(supervise(
        `trap 'echo > got-int' INT; trap 'echo > got-term; exit 143' TERM; init; setsid sleep ${forever}4 & while :; do sleep 0.05; done\n`,
        { stop: 2 }
      ))
      yield* until(() => lives(`${forever}4`))
      yield* Fiber.interrupt(running)
      assert.isTrue(existsSync(join(folder, "got-int")))
      assert.isTrue(existsSync(join(folder, "got-term")))
      assert.isFalse(lives(`${forever}4`))
    }))
})
