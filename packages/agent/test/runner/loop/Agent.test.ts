/** Agents that misbehave, each in one way, under the whole runner. */
import { afterAll, afterEach, assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schedule } from "effect"
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fakeClaude } from "../../fixtures/FakeClaude.ts"
import { podProgram } from "../../fixtures/Programs.ts"
import { filesOf, git, headOf, refusePushes, removeFolder } from "../../fixtures/Remotes.ts"
import {
  afterFirstAttempt,
  attempt,
  codeRun,
  execute,
  removeShared,
  resultOf,
  sessionOf,
  type Surroundings,
  surroundings
} from "../../fixtures/Run.ts"

const program = podProgram("runner")

const branch = "feature/task-1-implementation"

afterAll(removeShared)
let around: Surroundings
const start = () => (around = surroundings())
afterEach(() => removeFolder(around.folder))

const agent = (body: string) => fakeClaude(join(around.folder, "agent"), body)
const calls = () => readdirSync(join(around.folder, "agent")).filter((name) => name.startsWith("prompt.")).length
const prompt = (call: number) => readFileSync(join(around.folder, "agent", `prompt.${call}`), "utf8")

const until = (holds: () => boolean) =>
  Effect.suspend(() => holds() ? Effect.void : Effect.fail("not yet")).pipe(
    Effect.retry({ schedule: Schedule.spaced("20 millis"), times: 1500 })
  )

describe("an agent that", () => {
  it.live("falls silent is stopped and resumed once; what it did is saved", () =>
    Effect.gen(function*() {
      const { remotes } = start()
      const silent = agent("keep; echo $calls > work.$calls; init; say x; sleep 30\n")
      const { result } = yield* execute(codeRun(around, { ORCHESTRATOR_SILENCE_SECONDS: "0.3" }, silent))
      assert.strictEqual(result.reason, "AgentError")
      assert.strictEqual(calls(), 2)
      assert.include(prompt(2), "interrupted")
      assert.includeMembers([...filesOf(remotes.target, branch)], ["work.1", "work.2"])
    }))

  it.live("meets a failing model API is resumed, and its use is summed", () =>
    Effect.gen(function*() {
      start()
      const recovering = agent(
        "keep; init; say x\n" +
          "if [ $calls -lt 3 ]; then failure server_error; result '\"subtype\":\"success\",\"is_error\":true,\"api_error_status\":529,\"num_turns\":2,\"total_cost_usd\":0.5,\"result\":\"Overloaded\"'; exit 1; fi\n" +
          "echo x > x.txt; done_\n"
      )
      const { result } = yield* execute(codeRun(around, {}, recovering))
      assert.strictEqual(result.outcome, "Completed")
      assert.strictEqual(calls(), 3)
      assert.deepStrictEqual(result.usage, { costUsd: 1.01, inputTokens: 10, outputTokens: 5, turns: 5 })
    }))
})

describe("a session", () => {
  it.live("whose id is taken is resumed", () =>
    Effect.gen(function*() {
      start()
      const taken = agent(
        "if [ $mode = new ]; then keep; echo \"Error: Session ID $sid is already in use.\" >&2; exit 1; fi\n" +
          "keep; init; say x; echo x > x.txt; done_\n"
      )
      const { result } = yield* execute(codeRun(around, {}, taken))
      assert.strictEqual(result.outcome, "Completed")
      assert.strictEqual(result.sessionId, sessionOf(around, 1))
    }))

  it.live("that is gone is begun anew, and the result says so", () =>
    Effect.gen(function*() {
      around = yield* afterFirstAttempt
      const forgetful = agent(
        "if [ $mode = resume ]; then echo \"No conversation found with session ID: $sid\" >&2; exit 1; fi\n" +
          "keep; init; say x; echo x > x.txt; done_\n"
      )
      const { result } = yield* execute(codeRun(around, attempt(around, 2), forgetful))
      assert.strictEqual(result.outcome, "Completed")
      assert.strictEqual(result.sessionId, sessionOf(around, 2))
      assert.isFalse(result.resumed)
      assert.isString(result.resumeProblem)
      assert.notInclude(prompt(2), "interrupted")
    }))
})

describe("a session that is to be resumed", () => {
  it.live("by an agent that does not begin is not called resumed", () =>
    Effect.gen(function*() {
      around = yield* afterFirstAttempt
      const { result } = yield* execute(
        codeRun(around, attempt(around, 2), agent("echo 'no such option' >&2; exit 1\n"))
      )
      assert.strictEqual(result.reason, "SetupFailed")
      assert.isFalse(result.resumed)
      assert.isString(result.resumeProblem)
    }))
})

describe("a runner that is told to stop", () => {
  it.live("stops the agent, pushes its work, and says Interrupted", () =>
    Effect.gen(function*() {
      const { clone, remotes } = start()
      const slow = agent("keep; init; say x; echo x > x.txt; trap 'exit 143' TERM; while :; do sleep 0.1; done\n")
      const environment = codeRun(around, {}, slow)
      const running = yield* Effect.forkChild(execute(environment))
      yield* until(() => existsSync(join(clone, "x.txt")))
      yield* Fiber.interrupt(running)
      const result = resultOf(environment)
      assert.strictEqual(result.outcome, "Interrupted")
      assert.strictEqual(result.delivery?.headCommit, headOf(remotes.target, branch))
      assert.include(git(remotes.target, "log", "-1", "--format=%s", branch), "wip: interrupted attempt 1 of demo")
    }))

  it.live("while it pushes finished work finishes that, and says Completed", () =>
    Effect.gen(function*() {
      const { folder, remotes } = start()
      const [begun, go] = [join(folder, "push-begun"), join(folder, "push-go")]
      refusePushes(remotes.target, "")
      writeFileSync(
        join(remotes.target, "hooks", "pre-receive"),
        `#!/bin/sh\ntouch '${begun}'\nwhile [ ! -e '${go}' ]; do sleep 0.05; done\n`
      )
      const environment = codeRun(around, {}, agent("keep; init; say x; echo x > x.txt; done_\n"))
      const running = yield* Effect.forkChild(execute(environment))
      yield* until(() => existsSync(begun))
      const stopping = yield* Effect.forkChild(Fiber.interrupt(running), { startImmediately: true })
      writeFileSync(go, "")
      yield* Fiber.join(stopping)
      const result = resultOf(environment)
      assert.strictEqual(result.outcome, "Completed")
      assert.strictEqual(result.delivery?.headCommit, headOf(remotes.target, branch))
    }))

  it.live("as a process exits 143 on SIGTERM", () =>
    Effect.gen(function*() {
      const { clone, remotes } = start()
      const environment = codeRun(around, { DEMO_AGENT_SECONDS: "30" })
      const child = spawn(process.execPath, [program], { env: environment, stdio: "ignore" })
      const exit = Effect.promise(() => new Promise<number | null>((resolve) => child.on("exit", resolve)))
      yield* until(() => existsSync(join(around.workspace, ".claude", "projects")))
      mkdirSync(join(clone, "src"), { recursive: true })
      writeFileSync(join(clone, "src", "half.js"), "// half\n")
      child.kill("SIGTERM")
      assert.strictEqual(yield* exit, 143)
      assert.strictEqual(resultOf(environment).outcome, "Interrupted")
      assert.include(filesOf(remotes.target, branch), "src/half.js")
    }))
})

describe("the end of an agent", () => {
  const started =
    "printf '{\"type\":\"system\",\"subtype\":\"task_started\",\"task_id\":\"b1\",\"description\":\"npm run dev\"}\\n'\n"
  const ended = "printf '{\"type\":\"system\",\"subtype\":\"task_notification\",\"task_id\":\"b1\"}\\n'\n"
  const deadTask =
    `${ended}init; result '"subtype":"success","is_error":false,"num_turns":0,"result":"","total_cost_usd":0'\n`
  const longer = "sleep 1"
  it.live.each([
    {
      name: "is not the empty result for a task that died with the attempt before",
      body: `${deadTask}init; say x; ${longer}; echo x > x.txt; done_ 'All done.'\n`,
      turns: 1,
      says: "All done."
    },
    {
      name: "is not a result while a task is in the background",
      body: `init; say x; ${started}done_ Wait.; ${longer}; ${ended}init; say y; echo x > x.txt; done_ 'All done.'\n`,
      turns: 2,
      says: "All done."
    },
    {
      name: "is not a result after which it goes on",
      body: `init; say x; done_ Wait.; init; use; ${longer}; echo x > x.txt; done_ 'All done.'\n`,
      turns: 2,
      says: "All done."
    },
    {
      name: "that is forced is said in the status",
      body: "init; say x; echo x > x.txt; done_ 'I wait.'; sleep 30\n",
      turns: 1,
      says: "The agent was stopped by the runner"
    }
  ])("$name", ({ body, says, turns }) =>
    Effect.gen(function*() {
      const { remotes } = start()
      const { result } = yield* execute(codeRun(around, {}, agent(`keep; ${body}`)))
      assert.strictEqual(result.outcome, "Completed")
      assert.include(result.message, says)
      assert.strictEqual(calls(), 1)
      assert.strictEqual(result.usage?.turns, turns)
      assert.strictEqual(result.usage?.inputTokens, 10 * turns)
      assert.include(filesOf(remotes.target, branch), "x.txt")
    }))
})
