/** Which tasks of a Task Master project are meant, and in which order their runs are made: what a task depends on comes before it. Pure. */
import { findTask, type Task } from "@orchestrator/domain/TaskEntry"
import { Result } from "effect"

/** `1,3-5,7.2`: numbers, ranges of whole numbers, subtasks. */
export const parseIds = (text: string): Result.Result<ReadonlyArray<string>, string> => {
  const parts = text.split(",").map((part) => part.trim()).filter((part) => part !== "")
  const ids = parts.map((part): Result.Result<ReadonlyArray<string>, string> => {
    const range = /^(\d+)-(\d+)$/.exec(part)
    if (range === null) {
      return /^\d+(\.\d+)*$/.test(part)
        ? Result.succeed([part])
        : Result.fail(`Expected ids such as 1,3-5 or 7.2, found ${JSON.stringify(part)}`)
    }
    const [first, last] = [Number(range[1]), Number(range[2])]
    return last < first || last - first >= mostOfRange
      ? Result.fail(`Expected a range of at most ${mostOfRange} ids upwards, found ${JSON.stringify(part)}`)
      : Result.succeed(Array.from({ length: last - first + 1 }, (_, index) => String(first + index)))
  })
  if (parts.length === 0) return Result.fail("Expected ids such as 1,3-5, found none")
  return Result.map(Result.all(ids), (all) => [...new Set(all.flat())])
}

const mostOfRange = 1000

export interface SelectedTask {
  readonly task: Task
  /** Of the selected ones those that come first. */
  readonly dependsOn: ReadonlyArray<string>
  /** What it depends on besides, and is not done. */
  readonly unmet: ReadonlyArray<string>
}

/** The tasks of these ids in an order that their dependencies allow. */
export const selectTasks = (
  tasks: ReadonlyArray<Task>,
  ids: ReadonlyArray<string>
): Result.Result<ReadonlyArray<SelectedTask>, string> => {
  const found = ids.map((id) => ({ id, task: findTask(tasks, id) }))
  const missing = found.filter(({ task }) => task === undefined).map(({ id }) => id)
  if (missing.length > 0) return Result.fail(`Expected tasks with the ids ${missing.join(", ")}, found none`)
  const selected = new Map(found.flatMap(({ task }) => task === undefined ? [] : [[task.id, task] as const]))
  const isDone = (id: string) => ["done", "cancelled"].includes(findTask(tasks, id)?.status ?? "")
  const ordered: Array<SelectedTask> = []
  const state = new Map<string, "open" | "placed">()
  const place = (task: Task, path: ReadonlyArray<string>): string | undefined => {
    if (state.get(task.id) === "placed") return undefined
    if (state.get(task.id) === "open") return `Tasks depend on each other: ${[...path, task.id].join(" -> ")}`
    state.set(task.id, "open")
    for (const id of task.dependencies) {
      const before = selected.get(id)
      const problem = before === undefined ? undefined : place(before, [...path, task.id])
      if (problem !== undefined) return problem
    }
    state.set(task.id, "placed")
    ordered.push({
      task,
      dependsOn: task.dependencies.filter((id) => selected.has(id)),
      unmet: task.dependencies.filter((id) => !selected.has(id) && !isDone(id))
    })
    return undefined
  }
  for (const task of selected.values()) {
    const problem = place(task, [])
    if (problem !== undefined) return Result.fail(problem)
  }
  return Result.succeed(ordered)
}
