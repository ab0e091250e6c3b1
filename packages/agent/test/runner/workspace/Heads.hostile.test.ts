/** Remotes whose HEAD says nothing, and lists of tasks that are none: as runs meet them, before anything is paid for. */
import { afterAll, afterEach, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { commitTo, git, headOf, removeFolder } from "../../fixtures/Remotes.ts"
import { codeRun, docsRun, execute, removeShared, type Surroundings, surroundings } from "../../fixtures/Run.ts"

const branch = "feature/task-1-implementation"
const project = "_projects/hello-api"

afterAll(removeShared)
let around: Surroundings
const start = () => (around = surroundings())
afterEach(() => removeFolder(around.folder))

describe("a remote whose HEAD names a branch that is not there", () => {
  it.live("is worked on from main", () =>
    Effect.gen(function*() {
      start()
      git(around.remotes.target, "symbolic-ref", "HEAD", "refs/heads/trunk")
      const { result } = yield* execute(codeRun(around))
      assert.strictEqual(result.outcome, "Completed", result.message)
      assert.strictEqual(
        git(around.remotes.target, "merge-base", "main", branch),
        headOf(around.remotes.target, "main")
      )
    }))

  it.live("is worked on from its only branch", () =>
    Effect.gen(function*() {
      start()
      git(around.remotes.target, "branch", "--move", "main", "trunk")
      git(around.remotes.target, "symbolic-ref", "HEAD", "refs/heads/main")
      const { result } = yield* execute(codeRun(around))
      assert.strictEqual(result.outcome, "Completed", result.message)
    }))

  it.live("is refused by name where several could be meant", () =>
    Effect.gen(function*() {
      start()
      commitTo(around.remotes.target, "trunk", { "a.txt": "a" })
      git(around.remotes.target, "branch", "--move", "main", "dev")
      git(around.remotes.target, "symbolic-ref", "HEAD", "refs/heads/main")
      const { result } = yield* execute(codeRun(around))
      assert.strictEqual(result.reason, "SetupFailed")
      for (const part of ["dev", "trunk", "forge.pullRequest.base"]) assert.include(result.message, part)
    }))

  it.live("is refused by name where it is empty", () =>
    Effect.gen(function*() {
      start()
      git(around.remotes.target, "update-ref", "-d", "refs/heads/main")
      const { result } = yield* execute(codeRun(around))
      assert.strictEqual(result.reason, "SetupFailed")
      assert.include(result.message, "push one first")
    }))
})

const list = `${project}/.taskmaster/tasks/tasks.json`
const state = `${project}/.taskmaster/state.json`
const conflict = "{\n  \"tasks\": [\n<<<<<<< ours\n  ]\n}\n"
const tagged = JSON.stringify({
  master: { tasks: [{ id: 1, title: "Old", dependencies: null }] },
  next: { tasks: [{ id: 1, title: "New title" }, { id: 5, title: "Fifth" }, null] }
})

describe("a project's list of tasks", () => {
  it.live.each<{ name: string; files: Record<string, string>; want: ReadonlyArray<string> }>([
    { name: "conflict markers", files: { [list]: conflict }, want: ["line 3", "conflict markers", "tasks.json"] },
    { name: "nothing in it", files: { [list]: "" }, want: ["line 1", "empty"] },
    { name: "a comma too many", files: { [list]: "{\n\"tasks\": [],\n}" }, want: ["line 3", "not JSON"] },
    {
      name: "no task under the tag of state.json",
      files: {
        [list]: JSON.stringify({ master: { tasks: [{ id: 1 }] }, next: { tasks: [] } }),
        [state]: "{\"currentTag\":\"next\"}"
      },
      want: ["lists no task", "\"next\""]
    },
    { name: "entries without ids alone", files: { [list]: "{\"tasks\":[\n{}]}" }, want: ["lists no task", "line 2"] }
  ])("with $name is refused by a DocsRun before its agent starts", ({ files, want }) =>
    Effect.gen(function*() {
      start()
      commitTo(around.remotes.docs, "main", files)
      const { result } = yield* execute(docsRun(around))
      assert.strictEqual(result.reason, "SetupFailed")
      for (const part of want) assert.include(result.message, part)
    }))

  it.live.each<{ name: string; files: Record<string, string>; task?: string; want: ReadonlyArray<string> }>([
    {
      name: "has conflict markers",
      files: { [list]: conflict },
      task: "9",
      want: ["task 9", "line 3", "conflict markers"]
    },
    {
      name: "has the task under another tag",
      files: { [list]: tagged },
      task: "5",
      want: ["\"next\"", "\"master\"", "currentTag"]
    },
    {
      name: "has the task under master, but not under the tag of state.json",
      files: {
        [list]: JSON.stringify({ master: { tasks: [{ id: 5 }] }, a: { tasks: [] } }),
        [state]: "{\"currentTag\":\"a\"}"
      },
      task: "5",
      want: ["it is under \"master\", while the tag is \"a\""]
    }
  ])("that $name is said by a CodeRun that needs it", ({ files, task = "1", want }) =>
    Effect.gen(function*() {
      start()
      commitTo(around.remotes.docs, "main", files)
      const { result } = yield* execute(codeRun(around, { TASK_ID: task }))
      assert.strictEqual(result.reason, "SetupFailed")
      for (const part of want) assert.include(result.message, part)
    }))

  it.live("is read under the tag of state.json, and the log says so", () =>
    Effect.gen(function*() {
      start()
      commitTo(around.remotes.docs, "main", { [list]: tagged, [state]: "{\"currentTag\":\"next\"}" })
      const { log, result } = yield* execute(codeRun(around))
      assert.strictEqual(result.outcome, "Completed", result.message)
      const words = log.join("\n")
      assert.include(words, "the tag is \"next\", as state.json says")
      assert.include(words, "entry 3 (line 1) has no id and is left out")
    }))

  it.live("that cannot be read is a warning where the task has its own prompt", () =>
    Effect.gen(function*() {
      start()
      commitTo(around.remotes.docs, "main", { [list]: conflict })
      const { log, result } = yield* execute(codeRun(around))
      assert.strictEqual(result.outcome, "Completed", result.message)
      assert.include(log.join("\n"), "line 3 has git's conflict markers")
    }))
})
