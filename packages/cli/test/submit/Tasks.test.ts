import { assert, describe, it } from "@effect/vitest"
import { readTaskList } from "@orchestrator/domain/TaskMaster"
import { Result } from "effect"
import type { CodeFlags } from "../../src/submit/NewRun.ts"
import { taskRuns } from "../../src/submit/TaskRuns.ts"
import { parseIds, selectTasks } from "../../src/submit/TaskSelection.ts"
import { flags } from "./Flags.ts"

describe("ids", () => {
  it.each([["1,3-5", ["1", "3", "4", "5"]], ["2, 2 ,7.2", ["2", "7.2"]], ["9-9", ["9"]]] as const)(
    "%s",
    (text, want) => assert.deepStrictEqual(parseIds(text), Result.succeed(want))
  )
  it.each(["", "5-3", "a", "1-", "1-99999999", "-1"])(
    "%j is refused",
    (text) => assert.isTrue(Result.isFailure(parseIds(text)))
  )
})

const file = JSON.stringify({
  tasks: [
    { id: 1, title: "Model", status: "done" },
    { id: 2, title: "Routes", description: "Add the routes.", dependencies: [3], testStrategy: "Ask each route." },
    { id: 3, title: "Storage", dependencies: [1, 4] },
    { id: 4, title: "Queue", subtasks: [{ id: 1, title: "Broker", details: "Use the queue." }] },
    { id: 8, dependencies: [9] },
    { id: 9, dependencies: [8] }
  ]
})
const { tasks } = Result.getOrThrow(readTaskList(file))

describe("the tasks of some ids", () => {
  it("come in an order that their dependencies allow; what is done or not selected is not waited for", () =>
    assert.deepStrictEqual(
      Result.getOrThrow(selectTasks(tasks, ["2", "3"])).map((
        { dependsOn, task, unmet }
      ) => [task.id, dependsOn, unmet]),
      [["3", [], ["4"]], ["2", ["3"], []]]
    ))
  it("must be there", () => assert.match(String(Result.getFailure(selectTasks(tasks, ["3", "77"]))), /ids 77/))
  it("must not depend on each other", () =>
    assert.match(String(Result.getFailure(selectTasks(tasks, ["8", "9"]))), /8 -> 9 -> 8/))
})

const bodies = (ids: ReadonlyArray<string>, more: Partial<CodeFlags> = {}) =>
  taskRuns(Result.getOrThrow(selectTasks(tasks, ids)), { ...flags, ...more }, "key")

it("without a docs repository a run has the task's own words, and waits for the runs of the tasks before it", () => {
  const [first, second] = bodies(["2", "3"])
  assert.containsSubset(first?.body, { name: "payments-task-3", spec: { taskId: 3, prompt: "# Storage" } })
  assert.containsSubset(second?.body, {
    name: "payments-task-2",
    spec: { prompt: "# Routes\n\nAdd the routes.\n\n## Tests\n\nAsk each route.", dependsOn: ["payments-task-3"] }
  })
  assert.deepStrictEqual([first?.key, second?.key], ["key-3", "key-2"])
})

it("with one it names the task, and a subtask has its words all the same", () => {
  const docs = { docsRepositoryUrl: "https://github.com/example/docs" }
  assert.containsSubset(bodies(["2"], docs)[0]?.body, { spec: { taskId: 2, ...docs } })
  assert.notProperty(Object(bodies(["2"], docs)[0]?.body).spec, "prompt")
  assert.containsSubset(bodies(["4.1"], docs)[0]?.body, {
    name: "payments-task-4-1",
    spec: { taskId: 0, prompt: "# Broker\n\n## Details\n\nUse the queue." }
  })
})
