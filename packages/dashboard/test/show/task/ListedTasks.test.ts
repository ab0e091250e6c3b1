import { assert, describe, it } from "@effect/vitest"
import { readTaskList } from "@orchestrator/domain/TaskMaster"
import { Result } from "effect"
import { listedTasks } from "../../../src/show/task/ListedTasks.ts"

describe("tasks to choose from", () => {
  it("are whole ones, those to be done first", () => {
    const list = Result.getOrThrow(readTaskList(JSON.stringify({
      tasks: [
        { id: 1, title: "First", status: "done" },
        { id: "2", title: "Second", subtasks: [{ id: 1, title: "Part" }] },
        { id: "x", title: "No number" },
        { id: 3 }
      ]
    })))
    assert.deepStrictEqual(listedTasks(list.tasks).map(({ id, status, title }) => `${id} ${title} ${status}`), [
      "2 Second pending",
      "3 without a title pending",
      "1 First done"
    ])
  })
})
