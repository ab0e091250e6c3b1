/** The tasks of a project that a run can be asked for, those that are still to be done first. Pure. */
export interface ListedTask {
  readonly id: string
  readonly title: string
  readonly status: string
}

interface GivenTask {
  readonly id: string
  readonly title: string | undefined
  readonly status: string
}

const isOver = ({ status }: ListedTask): boolean => status === "done" || status === "cancelled"

/** Subtasks are parts of what is asked for: a run has a whole number. */
export const listedTasks = (tasks: ReadonlyArray<GivenTask>): ReadonlyArray<ListedTask> => {
  const listed = tasks.flatMap(({ id, status, title = "" }) =>
    /^\d+$/.test(id) ? [{ id, status, title: title === "" ? "without a title" : title }] : []
  )
  return [...listed.filter((task) => !isOver(task)), ...listed.filter(isOver)]
}
