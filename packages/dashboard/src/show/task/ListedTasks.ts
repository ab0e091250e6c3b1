/** The tasks of a project that a run can be asked for, those that are still to be done first. Pure. */
import type { TaskList } from "@orchestrator/domain/TaskMaster"

export interface ListedTask {
  readonly id: string
  readonly title: string
  readonly status: string
}

const isOver = ({ status }: ListedTask): boolean => status === "done" || status === "cancelled"

/** Subtasks are parts of what is asked for: a run has a whole number. */
export const listedTasks = ({ tasks }: Pick<TaskList, "tasks">): ReadonlyArray<ListedTask> => {
  const listed = tasks.flatMap(({ id, status, title }) =>
    /^\d+$/.test(id) ? [{ id, status, title: title ?? "without a title" }] : []
  )
  return [...listed.filter((task) => !isOver(task)), ...listed.filter(isOver)]
}
