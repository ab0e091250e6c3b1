import { assert, describe, it } from "@effect/vitest"
import { inProject, readTaskList } from "@orchestrator/domain/TaskMaster"
import { Result } from "effect"
import { chooseFiles } from "../../../src/runner/task/TaskFiles.ts"
import { excludeLine } from "../../../src/runner/task/TaskFolder.ts"
import { parseStatus } from "../../../src/runner/workspace/Worktree.ts"

const list = JSON.stringify({ tasks: [{ id: 1, title: "First", details: "Do it." }, { id: "2", title: "Second" }] })

describe("the files of a task", () => {
  it.each<{ name: string; texts: Record<string, string>; list?: string; want: string | undefined; title?: string }>([
    { name: "a prompt as it is", texts: { "prompt.md": "Do this." }, want: "Do this." },
    {
      name: "the entry where there is no prompt",
      texts: { "task.md": "# Task 1: First\n" },
      list,
      want: "Do it.",
      title: "First"
    },
    {
      name: "the title from task.md where there is no list",
      texts: { "prompt.md": "x", "task.md": "# Task 1: First\n" },
      want: "x",
      title: "First"
    },
    { name: "a prompt beside a list that is broken", texts: { "prompt.md": "x" }, list: "{", want: "x" },
    {
      name: "nothing without prompt and entry",
      texts: { "task.md": "# T\n" },
      list: "{\"tasks\":[]}",
      want: undefined
    },
    { name: "nothing without anything", texts: {}, want: undefined }
  ])("$name", ({ list, texts, title, want }) => {
    const read = list === undefined ? undefined : Result.getOrUndefined(readTaskList(list))
    const chosen = chooseFiles(new Map(Object.entries(texts)), read, 1)
    if (want === undefined) return assert.isUndefined(chosen)
    assert.include(chosen?.files.get("prompt.md"), want)
    if (title !== undefined) assert.strictEqual(chosen?.title, title)
  })

  it.each([
    ["", "a/b", "a/b"],
    [".", "a/b", "a/b"],
    ["./p/", "a", "p/a"],
    ["p/q", "a", "p/q/a"]
  ])("%j holds %j at %j", (project, path, want) => assert.strictEqual(inProject(project, path), want))

  it.each([
    ["task", "/task"],
    ["a b*/[x] ", "/a b\\*/\\[x\\]\\ "],
    ["#x", "/\\#x"]
  ])("git ignores %j by %j", (path, want) => assert.strictEqual(excludeLine(path), want))
})

describe("the state of a working tree", () => {
  const header = "# branch.oid abc\0# branch.head main\0"
  it.each<{ name: string; given: string; want: ReturnType<typeof parseStatus> }>([
    { name: "clean", given: header, want: { branch: "main", head: "abc", dirty: false, conflicts: [] } },
    {
      name: "before the first commit",
      given: "# branch.oid (initial)\0# branch.head main\0? new file\0",
      want: { branch: "main", head: undefined, dirty: true, conflicts: [] }
    },
    {
      name: "detached, with a conflict in a path with spaces",
      given: "# branch.oid abc\0# branch.head (detached)\0u UU N... 100644 100644 100644 100644 a b c a file.txt\0",
      want: { branch: undefined, head: "abc", dirty: true, conflicts: ["a file.txt"] }
    }
  ])("$name", ({ given, want }) => assert.deepStrictEqual(parseStatus(given), want))
})
