import { afterAll, afterEach, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fakeClaude } from "../../fixtures/FakeClaude.ts"
import { commitTo, fileOf, filesOf, git, headOf, refusePushes, removeFolder } from "../../fixtures/Remotes.ts"
import {
  afterFirstAttempt,
  attempt,
  codeRun,
  execute,
  removeShared,
  sessionOf,
  type Surroundings,
  surroundings,
  token
} from "../../fixtures/Run.ts"

const branch = "feature/task-1-implementation"
const own = `${branch}-3f9c2a1b`

afterAll(removeShared)
let around: Surroundings
const start = () => (around = surroundings())
afterEach(() => removeFolder(around.folder))

const agent = (body: string) => fakeClaude(join(around.folder, "agent"), body)
const works = (commands: string) => agent(`keep\ninit\nsay working\n${commands}\ndone_\n`)

describe("a CodeRun", () => {
  it.live("is a pushed branch, verified, with our files in neither the commit nor the status", () =>
    Effect.gen(function*() {
      const { clone, remotes } = start()
      const { exitCode, log, result } = yield* execute(codeRun(around))
      assert.strictEqual(exitCode, 0)
      assert.strictEqual(result.outcome, "Completed")
      assert.strictEqual(result.sessionId, sessionOf(around, 1))
      assert.strictEqual(result.delivery?.branch, branch)
      assert.strictEqual(result.delivery?.headCommit, headOf(remotes.target, branch))
      assert.include(fileOf(remotes.target, branch, "src/routes.js"), "/health")
      assert.deepStrictEqual(filesOf(remotes.target, branch).filter((path) => path.startsWith("task")), [])
      assert.isTrue(existsSync(join(clone, "task", "acceptance-criteria.md")))
      assert.strictEqual(git(clone, "status", "--porcelain"), "")
      assert.strictEqual(
        git(remotes.target, "log", "-1", "--format=%an %ae", branch),
        "robo-dev robo-dev@users.noreply.github.com"
      )
      assert.notInclude([readFileSync(join(clone, ".git", "config"), "utf8"), ...log].join("\n"), token)
    }))

  it.live("continues on its branch with the default branch merged, in the session it had", () =>
    Effect.gen(function*() {
      const { folder, remotes } = around = yield* afterFirstAttempt
      const first = headOf(remotes.target, branch)
      commitTo(remotes.target, "main", { "NOTES.md": "new on main\n" })
      const { result } = yield* execute(codeRun(around, attempt(around, 2)))
      assert.strictEqual(result.outcome, "Completed")
      assert.isTrue(result.resumed)
      assert.strictEqual(result.sessionId, sessionOf(around, 1))
      assert.include(filesOf(remotes.target, branch), "NOTES.md")
      assert.strictEqual(git(remotes.target, "merge-base", first ?? "", branch), first)
      assert.isUndefined(headOf(remotes.target, own))
      assert.isTrue(existsSync(join(folder, "result")))
    }))

  it.live("hands a conflict with the default branch to the agent", () =>
    Effect.gen(function*() {
      const { folder, remotes } = around = yield* afterFirstAttempt
      commitTo(remotes.target, "main", { "src/routes.js": "// rewritten\n" })
      const solving = works("echo solved > src/routes.js; git add src/routes.js; git commit --quiet --no-edit")
      const { result } = yield* execute(codeRun(around, attempt(around, 2), solving))
      assert.include(readFileSync(join(folder, "agent", "prompt.1"), "utf8"), "has conflicts")
      assert.include(readFileSync(join(folder, "agent", "prompt.1"), "utf8"), "src/routes.js")
      assert.strictEqual(result.outcome, "Completed")
      assert.strictEqual(fileOf(remotes.target, branch, "src/routes.js"), "solved")
    }))

  it.live("takes a branch of its own when the task's belongs to somebody else, and keeps to it", () =>
    Effect.gen(function*() {
      const { remotes } = start()
      const theirs = commitTo(remotes.target, branch, { "theirs.txt": "theirs\n" })
      const first = yield* execute(codeRun(around))
      assert.strictEqual(first.result.delivery?.branch, own)
      assert.notInclude(filesOf(remotes.target, own), "theirs.txt")
      const second = yield* execute(codeRun(around, attempt(around, 2)))
      assert.strictEqual(second.result.delivery?.branch, own)
      assert.strictEqual(headOf(remotes.target, branch), theirs)
    }))

  it.live("commits what the agent left, wherever it left it, under the task's title", () =>
    Effect.gen(function*() {
      const { remotes } = start()
      const roaming = works(
        "git checkout --quiet -b elsewhere; echo one > one.txt; git add one.txt; git commit --quiet -m one; " +
          "git checkout --quiet --detach; echo two > two.txt; git add -f task/task.md"
      )
      const { result } = yield* execute(codeRun(around, {}, roaming))
      assert.strictEqual(result.outcome, "Completed")
      assert.includeMembers([...filesOf(remotes.target, branch)], ["one.txt", "two.txt"])
      assert.notInclude(filesOf(remotes.target, branch), "task/task.md")
      const message = git(remotes.target, "log", "-1", "--format=%B", branch)
      assert.include(message, "Task 1: Add a health endpoint")
      assert.include(message, `Orchestrator-Run: ${around.uid}`)
    }))

  it.live("that changes nothing pushes nothing", () =>
    Effect.gen(function*() {
      const { remotes } = start()
      const { exitCode, result } = yield* execute(codeRun(around, {}, works(":")))
      assert.strictEqual(exitCode, 0)
      assert.strictEqual(result.outcome, "Completed")
      assert.isFalse(result.delivery?.changed)
      assert.isUndefined(headOf(remotes.target, branch))
    }))

  it.live("reports the remote's words when it refuses", () =>
    Effect.gen(function*() {
      const { clone, remotes } = start()
      refusePushes(remotes.target, "branch names must begin with a ticket")
      const { exitCode, result } = yield* execute(codeRun(around))
      assert.strictEqual(exitCode, 0)
      assert.strictEqual(result.outcome, "Completed")
      assert.include(result.delivery?.pushRefused, "must begin with a ticket")
      assert.notStrictEqual(git(clone, "rev-parse", branch), git(clone, "rev-parse", "origin/main"))
    }))

  it.live("merges what somebody pushed to its branch meanwhile", () =>
    Effect.gen(function*() {
      const { remotes } = around = yield* afterFirstAttempt
      const racing = works(
        `d=$(mktemp -d); git clone --quiet --branch ${branch} ${remotes.target} $d; echo x > $d/theirs.txt; ` +
          "git -C $d add theirs.txt; git -C $d commit --quiet -m theirs; git -C $d push --quiet 2>/dev/null; " +
          "echo y > ours.txt; rm -rf $d"
      )
      const { result } = yield* execute(codeRun(around, attempt(around, 2), racing))
      assert.strictEqual(result.outcome, "Completed")
      assert.includeMembers([...filesOf(remotes.target, branch)], ["theirs.txt", "ours.txt"])
    }))

  it.live("uses the docs' list where a task has no prompt", () =>
    Effect.gen(function*() {
      const { clone } = start()
      const { result } = yield* execute(codeRun(around, { TASK_ID: "3" }, works("echo x > x.txt")))
      assert.strictEqual(result.outcome, "Completed")
      assert.include(readFileSync(join(clone, "task", "prompt.md"), "utf8"), "Log each request")
      assert.isTrue(existsSync(join(clone, "task", "architecture.md")))
    }))
})
