/** The demo agent behaves like the agent it stands for: flags, sessions, signals. */
import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { spawn, spawnSync } from "node:child_process"
import { randomUUID } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { decodeEvent, isInit, isRunResult } from "../src/agents/claude/Stream.ts"
import { demoAgent } from "./fixtures/FakeClaude.ts"
import { git, removeFolder, tempFolder } from "./fixtures/Remotes.ts"

const flags = [
  "-p",
  "--verbose",
  "--output-format",
  "stream-json",
  "--model",
  "claude-demo-1",
  "--permission-mode",
  "bypassPermissions"
]

const [first, second] = [randomUUID(), randomUUID()]
let folder: string
beforeEach(() => {
  folder = join(tempFolder(), "work")
  mkdirSync(join(folder, "task"), { recursive: true })
  git(folder, "init", "--quiet", "--initial-branch=main")
  writeFileSync(join(folder, "task", "task.md"), "# Task 4: Count visits\n")
  writeFileSync(join(folder, "task", "acceptance-criteria.md"), "- [ ] Visits are counted\n- [ ] The count is shown\n")
})
afterEach(() => removeFolder(join(folder, "..")))

const environment = (changes: Record<string, string> = {}) => ({
  PATH: process.env["PATH"],
  CLAUDE_CONFIG_DIR: join(folder, "..", ".claude"),
  DEMO_AGENT_SECONDS: "0",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.test",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.test",
  ...changes
})
const program = [join(demoAgent, "claude")]
const run = (words: ReadonlyArray<string>, prompt = "Task:\n\ndo it\n") => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [...program, ...words], {
    cwd: folder,
    env: environment(),
    input: prompt,
    encoding: "utf8"
  })
  return { status, stderr, events: stdout.split("\n").flatMap((line) => decodeEvent(line) ?? []) }
}
const start = [...flags, "--session-id", first]

describe("the demo agent", () => {
  it("implements and commits the task, and says so as the agent does", () => {
    const { events, status } = run(start)
    assert.strictEqual(status, 0)
    const [opening] = events
    assert.isTrue(opening !== undefined && isInit(opening) && opening.session_id === first)
    const result = events.find(isRunResult)
    assert.isFalse(result?.is_error)
    assert.isAbove(result?.total_cost_usd ?? 0, 0)
    assert.include(readFileSync(join(folder, "src", "count-visits.js"), "utf8"), "Visits are counted")
    assert.include(git(folder, "log", "-1", "--format=%s"), "Count visits")
  })

  it("goes on with a session it knows, and follows a further instruction", () => {
    run(start)
    const adds = "## What the person who started this attempt adds\n\nThe fenced text is that person's.\n\n"
    const again = `# Task\n\n${adds}\`\`\`\nShow it in bold.\n\`\`\`\n\n## The task\n\nx\n`
    const { status } = run([...flags, "--resume", first], again)
    assert.strictEqual(status, 0)
    assert.include(readFileSync(join(folder, "README.md"), "utf8"), "Show it in bold.")
    assert.notInclude(readFileSync(join(folder, "README.md"), "utf8"), "## The task")
    assert.strictEqual(git(folder, "log", "-1", "--format=%s").trim(), "Follow up: Show it in bold.")
    const [project = ""] = readdirSync(join(folder, "..", ".claude", "projects"))
    const path = join(folder, "..", ".claude", "projects", project, `${first}.jsonl`)
    assert.isTrue(existsSync(path))
    assert.strictEqual(run([...flags, "--resume", path]).status, 0)
  })

  it.each([
    { name: "an unknown flag", words: [...start, "--fast"], says: "unknown option '--fast'" },
    {
      name: "a stream without --verbose",
      words: start.filter((word) => word !== "--verbose"),
      says: "requires --verbose"
    },
    { name: "a settings file that is missing", words: [...start, "--settings", "/nonexistent"], says: "/nonexistent" },
    { name: "a session it does not know", words: [...flags, "--resume", second], says: "No conversation found" }
  ])("refuses $name", ({ says, words }) => {
    const { status, stderr } = run(words)
    assert.strictEqual(status, 1)
    assert.include(stderr, says)
  })

  it("refuses an id that it has used here", () => {
    run(start)
    assert.include(run(start).stderr, "already in use")
  })

  it("stops at its turns", () => {
    const { events, status } = run([...start, "--max-turns", "1"])
    assert.strictEqual(status, 1)
    assert.strictEqual(events.find(isRunResult)?.subtype, "error_max_turns")
  })

  it("stops at its budget", () => {
    const { events, status } = run([...start, "--max-budget-usd", "0.003"])
    assert.strictEqual(status, 1)
    assert.strictEqual(events.find(isRunResult)?.subtype, "error_max_budget_usd")
  })

  it.each([["SIGTERM", 143], ["SIGINT", 0]] as const)("on %s exits %i", async (signal, code) => {
    const child = spawn(process.execPath, [...program, ...start], {
      cwd: folder,
      env: environment({ DEMO_AGENT_SECONDS: "60" })
    })
    child.stdin.end("Task:\n")
    await new Promise((resolve) => child.stdout.once("data", resolve))
    child.kill(signal)
    assert.strictEqual(await new Promise((resolve) => child.on("exit", resolve)), code)
  })
})
