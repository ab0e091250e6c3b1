/** Shapes of tasks.json that projects have, and files that are none. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { findTask, promptOf, promptOfId } from "../src/TaskEntry.ts"
import { elsewhere, readTaskList } from "../src/TaskMaster.ts"

const entries = [{ id: 1, title: "First", details: "Do it." }, { id: 2, title: "Second" }]
const text = (value: unknown) => JSON.stringify(value, null, 2)
const ids = (given: string, state?: string) =>
  Result.getOrThrow(readTaskList(given, state)).tasks.map(({ id }) => id).join()
const fault = (given: string) => Result.match(readTaskList(given), { onFailure: (words) => words, onSuccess: () => "" })
const taskOf = (entry: unknown) => Result.getOrThrow(readTaskList(text({ tasks: [entry] }))).tasks[0]

describe("a tasks.json reads, in the shape of", () => {
  it.each<{ name: string; given: string; want?: string }>([
    { name: "a flat list", given: text({ tasks: entries }) },
    { name: "a flat list with metadata", given: text({ tasks: entries, metadata: { created: "2025", tasks: [] } }) },
    {
      name: "a flat list with the project's fields",
      given: text({ version: "1", project: { name: "x" }, tasks: entries })
    },
    { name: "a bare list", given: text(entries) },
    { name: "the tag master", given: text({ master: { tasks: entries, metadata: { description: "x" } } }) },
    { name: "master behind other tags", given: text({ a: { tasks: [{ id: 9 }] }, master: { tasks: entries } }) },
    { name: "one other tag", given: text({ feature: { tasks: entries } }) },
    { name: "a tag that is a bare list", given: text({ master: entries }) },
    {
      name: "tags beside a flat list that a tool left",
      given: text({ tasks: [{ id: 9 }], master: { tasks: entries } })
    },
    { name: "a flat list beside other tags", given: text({ tasks: entries, feature: { tasks: [{ id: 9 }] } }) },
    { name: "tasks by id", given: text({ tasks: { 1: { title: "First" }, 2: { title: "Second" } } }) },
    { name: "ids that are texts", given: text({ tasks: [{ id: "1" }, { id: "2" }] }) },
    { name: "ids with zeros and spaces", given: text({ tasks: [{ id: "001" }, { id: " 2 " }] }) },
    { name: "ids that are words", given: text({ tasks: [{ id: "TASK-1" }, { id: 2 }] }), want: "TASK-1,2" },
    { name: "a byte order mark", given: `\ufeff${text({ tasks: entries })}` },
    { name: "lines that end with CR LF", given: text({ tasks: entries }).replaceAll("\n", "\r\n") },
    { name: "one line", given: JSON.stringify({ tasks: entries }) },
    { name: "white space around it", given: `\n\n  ${text({ tasks: entries })}\n\n` },
    { name: "no task", given: text({ tasks: [] }), want: "" },
    { name: "the tag master without a task", given: text({ master: { tasks: [], metadata: {} } }), want: "" }
  ])("$name", ({ given, want = "1,2" }) => assert.strictEqual(ids(given), want))
})

describe("an entry that is odd hides no other one:", () => {
  it.each<{ name: string; entry: unknown }>([
    { name: "dependencies that are null", entry: { id: 3, dependencies: null } },
    { name: "dependencies that are a text", entry: { id: 3, dependencies: "1, 2" } },
    { name: "dependencies that are objects", entry: { id: 3, dependencies: [{ id: 1 }] } },
    { name: "dependencies on subtasks", entry: { id: 3, dependencies: ["1.2", 2, null] } },
    { name: "no title", entry: { id: 3 } },
    { name: "a title that is null", entry: { id: 3, title: null } },
    { name: "a title that is a number", entry: { id: 3, title: 3 } },
    { name: "a description that is a list", entry: { id: 3, description: ["a", "b"] } },
    { name: "details that are an object", entry: { id: 3, details: { steps: ["a"] } } },
    { name: "subtasks that are null", entry: { id: 3, subtasks: null } },
    { name: "subtasks that are a text", entry: { id: 3, subtasks: "none" } },
    { name: "subtasks that are texts", entry: { id: 3, subtasks: ["a", "b"] } },
    { name: "a subtask that is null", entry: { id: 3, subtasks: [null, { id: 2 }] } },
    { name: "a status that nobody knows", entry: { id: 3, status: { done: true }, priority: 5 } },
    { name: "a key named as an object's own", entry: { id: 3, constructor: "x", toString: 1 } }
  ])("$name", ({ entry }) => {
    assert.strictEqual(ids(text({ tasks: [entries[0], entry, entries[1]] })), "1,3,2")
    assert.include(promptOf(taskOf(entry) ?? assert.fail()), "# Task 3")
  })

  it.each<{ name: string; entry: unknown; note: string }>([
    { name: "null", entry: null, note: "entry 2 (line 8) has no id and is left out" },
    { name: "a text", entry: "Third", note: "entry 2 (line 8) has no id and is left out" },
    { name: "no id", entry: { title: "Third" }, note: "entry 2 (line 8) has no id and is left out" },
    { name: "an id that is null", entry: { id: null }, note: "entry 2 (line 8) has no id and is left out" },
    { name: "an id that is empty", entry: { id: " " }, note: "entry 2 (line 8) has no id and is left out" },
    { name: "an id that is an object", entry: { id: {} }, note: "entry 2 (line 8) has no id and is left out" },
    {
      name: "the id of another",
      entry: { id: "1" },
      note: "entry 2 (line 8) has the id 1 of an entry before it and is left out"
    }
  ])("and one that can be no task is named: $name", ({ entry, note }) => {
    const read = Result.getOrThrow(readTaskList(text({ tasks: [entries[0], entry, entries[1]] })))
    assert.deepStrictEqual([read.tasks.map(({ id }) => id).join(), read.notes], ["1,2", [note]])
  })
})

describe("of several tags", () => {
  const tags = text({
    master: { tasks: [{ id: 1, title: "Old" }] },
    feature: { tasks: [{ id: 1, title: "New" }, { id: 7 }] }
  })
  const read = (state?: string) => Result.getOrThrow(readTaskList(tags, state))

  it.each<{ name: string; state: string | undefined; want: string; note: RegExp }>([
    {
      name: "the one that state.json names",
      state: `{"currentTag":"feature"}`,
      want: "New",
      note: /"feature", as state.json says/
    },
    {
      name: "the one that state.json with a byte order mark names",
      state: `\ufeff{"currentTag":"feature"}`,
      want: "New",
      note: /as state.json says/
    },
    {
      name: "master without a state.json",
      state: undefined,
      want: "Old",
      note: /of the tags "master", "feature", "master" is read/
    },
    { name: "master where state.json is broken", state: "{", want: "Old", note: /"master" is read/ },
    {
      name: "master where state.json names none",
      state: `{"lastSwitched":"x"}`,
      want: "Old",
      note: /"master" is read/
    },
    {
      name: "master where state.json names a number",
      state: `{"currentTag":1}`,
      want: "Old",
      note: /"master" is read/
    },
    {
      name: "master where state.json names one that is gone",
      state: `{"currentTag":"gone"}`,
      want: "Old",
      note: /names the tag "gone", which is not there/
    }
  ])("$name is read, and said", ({ note, state, want }) => {
    assert.strictEqual(read(state).tasks[0]?.title, want)
    assert.match(read(state).notes.join("; "), note)
  })

  it("a task of another tag is no task, and is named with what to do", () => {
    const words = elsewhere(read(), "7")
    assert.match(words, /it is under "feature", while the tag is "master": set currentTag in \.taskmaster\/state\.json/)
    assert.strictEqual(elsewhere(read(), "8"), "")
  })

  it("the first is read, and said, where there is no master", () => {
    const { notes, tag } = Result.getOrThrow(readTaskList(text({ b: { tasks: [] }, a: { tasks: [] } })))
    assert.deepStrictEqual([tag, notes], ["b", ["of the tags \"b\", \"a\", \"b\" is read"]])
  })
})

describe("a file that is no list is named as what it is, with its line:", () => {
  it.each<{ name: string; given: string; line: number; words: RegExp }>([
    { name: "empty", given: "", line: 1, words: /the file is empty/ },
    { name: "white space", given: " \n\n", line: 1, words: /the file is empty/ },
    {
      name: "conflict markers",
      given: "{\n  \"tasks\": [\n<<<<<<< HEAD\n    {\"id\": 1}\n=======\n    {\"id\": 2}\n>>>>>>> main\n  ]\n}",
      line: 3,
      words: /git's conflict markers/
    },
    {
      name: "what is left of a conflict",
      given: "{\n  \"tasks\": [\n=======\n  ]\n}",
      line: 3,
      words: /conflict markers/
    },
    { name: "a conflict's base", given: "{\n||||||| abc\n}", line: 2, words: /conflict markers/ },
    { name: "UTF-16 with a mark", given: "\ufffd\ufffd{\0\n\0}\0", line: 1, words: /not UTF-8 but UTF-16/ },
    { name: "UTF-16 without one", given: "\0{\0\n\0}", line: 1, words: /not UTF-8 but UTF-16/ },
    {
      name: "Latin-1",
      given: "{\n  \"tasks\": [\n    {\"id\": 1, \"title\": \"Caf\ufffd\"}\n  ]\n}",
      line: 3,
      words: /bytes that are not UTF-8/
    },
    { name: "binary", given: "\u007fELF and more\0\0", line: 1, words: /NUL/ },
    {
      name: "a pointer of git LFS",
      given: "version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
      line: 1,
      words: /git LFS/
    },
    { name: "a comma too many", given: "{\n  \"tasks\": [\n    {\"id\": 1},\n  ]\n}", line: 4, words: /is not JSON/ },
    {
      name: "a comma too few",
      given: "{\n  \"tasks\": [\n    {\"id\": 1}\n    {\"id\": 2}\n  ]\n}",
      line: 4,
      words: /is not JSON/
    },
    { name: "a comment", given: "{\n  // tasks\n  \"tasks\": []\n}", line: 2, words: /is not JSON/ },
    { name: "an end too early", given: "{\n  \"tasks\": [\n    {\"id\": 1}", line: 3, words: /is not JSON/ },
    { name: "YAML", given: "tasks:\n  - id: 1\n", line: 1, words: /is not JSON/ },
    { name: "a page", given: "<!doctype html>\n<html></html>", line: 1, words: /is not JSON/ },
    {
      name: "a control character",
      given: "{\n \"tasks\": [\n {\"id\": 1, \"title\": \"a\tb\"}]}",
      line: 3,
      words: /is not JSON/
    },
    { name: "another object", given: "{\"name\": \"x\"}", line: 1, words: /no list of tasks/ },
    { name: "tasks that are a text", given: "{\"tasks\": \"none\"}", line: 1, words: /no list of tasks/ },
    { name: "tasks that are null", given: "{\"master\": {\"tasks\": null}}", line: 1, words: /no list of tasks/ },
    { name: "a text", given: "\"tasks\"", line: 1, words: /no list of tasks/ },
    { name: "null", given: "null", line: 1, words: /no list of tasks/ }
  ])("$name", ({ given, line, words }) => {
    assert.match(fault(given), words)
    assert.strictEqual(/^line (\d+) /.exec(fault(given))?.[1], String(line), fault(given))
  })

  it("and quotes nothing of it", () => assert.notInclude(fault("{\"token\": \"not-a-real-secret\", }"), "not-a-real"))
})

describe("a prompt that is made of an entry", () => {
  it("has the parts that the entry has, and no empty ones", () => {
    const prompt = promptOf(
      taskOf({
        id: 4,
        title: "T",
        details: "D",
        testStrategy: "",
        subtasks: [{ id: 1, title: "S" }, { id: "4.2", title: "R" }]
      }) ??
        assert.fail()
    )
    assert.include(prompt, "# Task 4: T")
    assert.include(prompt, "- 4.1 S\n- 4.2 R")
    assert.notInclude(prompt, "How it is tested")
  })

  it("has texts of whatever they were", () => {
    const prompt = promptOf(
      taskOf({ id: 4, name: "N", details: ["a", 1, null], description: { k: "v" } }) ?? assert.fail()
    )
    for (const part of ["# Task 4: N", "a\n1", "\"k\": \"v\""]) assert.include(prompt, part)
  })
})

describe("subtasks, marks and dependencies", () => {
  const tasks = Result.getOrThrow(readTaskList(text({
    tasks: [
      {
        id: 3,
        title: "Pay",
        description: "By card.",
        status: "in-progress",
        dependencies: [1, "2"],
        subtasks: [
          { id: 1, title: "Form", status: "done" },
          {
            id: "2",
            title: "Charge",
            details: "Once.",
            dependencies: [1, "2.1"],
            testStrategy: "Twice.",
            subtasks: [{ title: "Log" }]
          },
          { id: "3.3", title: "Refund", dependencies: "1, 2" },
          "Receipt"
        ]
      },
      { id: 4.5, title: "Own" }
    ]
  }))).tasks

  it.each<{ id: number | string; want: string | undefined }>([
    { id: 3, want: "Pay" },
    { id: "003", want: "Pay" },
    { id: "3.1", want: "Form" },
    { id: " 3.02 ", want: "Charge" },
    { id: "3.2.1", want: "Log" },
    { id: "3.3", want: "Refund" },
    { id: "3.4", want: "Receipt" },
    { id: "4.5", want: "Own" },
    { id: "3.9", want: undefined },
    { id: "1.1", want: undefined },
    { id: "", want: undefined },
    { id: Number.NaN, want: undefined }
  ])("$id names $want", ({ id, want }) => assert.strictEqual(findTask(tasks, id)?.title, want))

  it.each<{ id: string; want: ReadonlyArray<string> }>([
    { id: "3", want: ["1", "2"] },
    { id: "3.2", want: ["3.1", "2.1"] },
    { id: "3.3", want: ["3.1", "3.2"] },
    { id: "3.4", want: [] }
  ])("$id comes after $want", ({ id, want }) => assert.deepStrictEqual(findTask(tasks, id)?.dependencies, want))

  it.each<{ given: unknown; want: string }>([
    { given: "done", want: "done" },
    { given: "Completed", want: "done" },
    { given: "in_progress", want: "in-progress" },
    { given: "In Progress", want: "in-progress" },
    { given: undefined, want: "pending" },
    { given: null, want: "pending" },
    { given: { done: true }, want: "pending" },
    { given: "deferred", want: "deferred" },
    { given: "constructor", want: "constructor" }
  ])(
    "the status $given is $want",
    ({ given, want }) => assert.strictEqual(taskOf({ id: 1, status: given })?.status, want)
  )

  it("a task's prompt says which of its subtasks are done", () => {
    const prompt = promptOfId(tasks, 3)
    assert.include(prompt, "- 3.1 Form (done)\n- 3.2 Charge\n  Once.\n  - 3.2.1 Log\n- 3.3 Refund")
  })

  it("a subtask's prompt says what it is part of", () => {
    const prompt = promptOfId(tasks, "3.2")
    assert.include(
      prompt,
      "# Task 3.2: Charge\n\nOnly this subtask of Task 3: Pay is to be done.\nBy card.\n\n## Details\n\nOnce."
    )
    assert.notInclude(prompt, "Refund")
    assert.isUndefined(promptOfId(tasks, "3.9"))
  })

  it("no depth of nesting ends the reader", () => {
    let entry: unknown = { id: 1 }
    for (let depth = 0; depth < 2000; depth++) entry = { id: 1, subtasks: [entry] }
    assert.strictEqual(ids(JSON.stringify({ tasks: [entry] })), "1")
  })
})
