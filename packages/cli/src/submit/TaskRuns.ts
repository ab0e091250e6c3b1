/** Runs for tasks of a Task Master project: by their ids where a docs repository has the project, else with the tasks' own words. Pure. */
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import { sanitize } from "@orchestrator/domain/Names"
import type { Task } from "@orchestrator/domain/TaskEntry"
import { type CodeFlags, newCodeRun } from "./NewRun.ts"
import { repositoryName } from "./RepositoryName.ts"
import type { Submission } from "./Submission.ts"
import type { SelectedTask } from "./TaskSelection.ts"

const section = (title: string, text: string): ReadonlyArray<string> =>
  text.trim() === "" ? [] : [`## ${title}`, text.trim()]

const subtaskLine = ({ description, id, title }: Task): string => `- ${id}: ${title ?? description}`

/** The task in plain words. */
const promptOf = ({ description, details, id, subtasks, testStrategy, title }: Task): string =>
  [
    `# ${title ?? `Task ${id}`}`,
    ...(description.trim() === "" ? [] : [description.trim()]),
    ...section("Details", details),
    ...section("Subtasks", subtasks.map(subtaskLine).join("\n")),
    ...section("Tests", testStrategy)
  ].join("\n\n")

const isWhole = (id: string): boolean => /^\d+$/.test(id)

/** One run a task, named after it, so that runs of tasks that depend on it can name it. */
export const taskRuns = (
  selected: ReadonlyArray<SelectedTask>,
  flags: CodeFlags,
  key: string | undefined
): ReadonlyArray<Submission> => {
  const prefix = sanitize(flags.name ?? flags.service ?? repositoryName(flags.repositoryUrl))
  const nameOf = (id: string) => `${prefix}-task-${sanitize(id)}`
  return selected.map(({ dependsOn, task }) => {
    const name = nameOf(task.id)
    const byId = flags.docsRepositoryUrl !== undefined && isWhole(task.id)
    const body = newCodeRun({
      ...flags,
      name,
      ...(byId
        ? { taskId: Number(task.id) }
        : { prompt: promptOf(task), taskId: isWhole(task.id) ? Number(task.id) : 0 }),
      dependsOn: [...flags.dependsOn, ...dependsOn.map(nameOf)]
    })
    return { kind: codeRun, body, source: `task ${task.id}`, key: key === undefined ? undefined : `${key}-${task.id}` }
  })
}
