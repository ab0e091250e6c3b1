/**
 * An entry of a Task Master project's list of tasks. A subtask is a task whose id has its parent's before it, `3.2`, however the file
 * writes it; entries may be nested as deep as somebody made them. Pure.
 */
import { Predicate } from "effect"

/** `pending`, `in-progress`, `done`, or what else the file says. */
export type TaskStatus = string

export interface Task {
  readonly id: string
  readonly title: string | undefined
  readonly status: TaskStatus
  readonly description: string
  readonly details: string
  readonly testStrategy: string
  /** Ids of tasks that come first; those that are not there are the reader's to find. */
  readonly dependencies: ReadonlyArray<string>
  readonly subtasks: ReadonlyArray<Task>
}

const deepest = 8

/** A text of whatever an author or a tool put there. */
const textOf = (value: unknown): string => {
  if (typeof value === "string") return value
  if (Array.isArray(value)) return value.map(textOf).filter((line) => line !== "").join("\n")
  return value === undefined || value === null
    ? ""
    : typeof value === "object"
    ? JSON.stringify(value, null, 2)
    : String(value)
}

/** `7`, `"7"`, `" 7 "` and `"007"` are one id. */
const taskIdText = (value: unknown): string | undefined => {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : undefined
  if (typeof value !== "string" || value.trim() === "") return undefined
  const text = value.trim()
  return /^\d{1,15}(?:\.\d{1,15})*$/.test(text) ? text.split(".").map(Number).join(".") : text
}

const field = (value: object, name: string): unknown => Reflect.get(value, name)

/** Lists are lists, or objects by id. */
export const entriesOf = (value: unknown): ReadonlyArray<unknown> | undefined => {
  if (Array.isArray(value)) return value
  return Predicate.isObject(value)
    ? Object.entries(value).map(([id, entry]) => (Predicate.isObject(entry) ? { id, ...entry } : entry))
    : undefined
}

/** Of different tools one word each. */
const otherStatuses: Readonly<Record<string, TaskStatus>> = {
  "": "pending",
  todo: "pending",
  "to-do": "pending",
  doing: "in-progress",
  started: "in-progress",
  complete: "done",
  completed: "done",
  closed: "done",
  canceled: "cancelled"
}

const statusOf = (value: unknown): TaskStatus => {
  const word = (typeof value === "string" ? value : "").trim().toLowerCase().replace(/[\s_]+/g, "-")
  return Object.hasOwn(otherStatuses, word) ? otherStatuses[word] ?? word : word
}

/** Within a task's subtasks a number names one of its own. */
const underParent = (parent: string | undefined, id: string): string =>
  parent === undefined || id.startsWith(`${parent}.`) ? id : `${parent}.${id}`

const dependenciesOf = (value: unknown, parent: string | undefined): ReadonlyArray<string> => {
  const given = typeof value === "string" ? value.split(",") : Array.isArray(value) ? value : [value]
  const ids = given.flatMap((each: unknown) => taskIdText(Predicate.isObject(each) ? field(each, "id") : each) ?? [])
  return [...new Set(ids.map((id) => id.includes(".") ? id : underParent(parent, id)))]
}

const readTask = (value: object, id: string, parent: string | undefined, depth: number): Task => ({
  id,
  title: textOf(field(value, "title")).trim() || textOf(field(value, "name")).trim() || undefined,
  status: statusOf(field(value, "status")),
  description: textOf(field(value, "description")),
  details: textOf(field(value, "details")),
  testStrategy: textOf(field(value, "testStrategy")),
  dependencies: dependenciesOf(field(value, "dependencies"), parent),
  subtasks: depth === deepest ? [] : (entriesOf(field(value, "subtasks")) ?? []).map((entry, index) => {
    const under: object = Predicate.isObject(entry) ? entry : { title: textOf(entry) }
    const own = underParent(id, taskIdText(field(under, "id")) ?? String(index + 1))
    return readTask(under, own, id, depth + 1)
  })
})

/** Undefined for what can be no task. */
export const taskOf = (value: unknown): Task | undefined => {
  const id = Predicate.isObject(value) ? taskIdText(field(value, "id")) : undefined
  return Predicate.isObject(value) && id !== undefined ? readTask(value, id, undefined, 0) : undefined
}

const parentOf = (id: string): string | undefined => id.includes(".") ? id.slice(0, id.lastIndexOf(".")) : undefined

/** The task or subtask of this id, however it is written: `3`, `"03"`, `3.2`. */
export const findTask = (tasks: ReadonlyArray<Task>, id: number | string): Task | undefined => {
  const wanted = taskIdText(id)
  if (wanted === undefined) return undefined
  const direct = tasks.find((task) => task.id === wanted)
  const parent = parentOf(wanted)
  if (direct !== undefined || parent === undefined) return direct
  return findTask(tasks, parent)?.subtasks.find((task) => task.id === wanted)
}

const section = (title: string, body: string) => (body.trim() === "" ? [] : [`## ${title}`, "", body.trim(), ""])

const marks = ({ status }: Task): string => status === "pending" ? "" : ` (${status})`

const subtaskLines = (task: Task): string =>
  [
    [`- ${task.id} ${task.title ?? ""}`.trimEnd() + marks(task), task.description, task.details]
      .filter((line) => line.trim() !== "")
      .join("\n  "),
    ...task.subtasks.map((each) => subtaskLines(each).replace(/^/gm, "  "))
  ].join("\n")

const heading = ({ id, title }: Task): string => title === undefined ? `Task ${id}` : `Task ${id}: ${title}`

/** The prompt for a task that has none of its own. */
export const promptOf = (task: Task): string =>
  [
    `# ${heading(task)}`,
    "",
    ...section("Description", task.description),
    ...section("Details", task.details),
    ...section("How it is tested", task.testStrategy),
    ...section("Subtasks", task.subtasks.map(subtaskLines).join("\n"))
  ].join("\n")

/** The same of whichever task or subtask has this id; a subtask's begins with what it is part of. Undefined: there is none. */
export const promptOfId = (tasks: ReadonlyArray<Task>, id: number | string): string | undefined => {
  const task = findTask(tasks, id)
  if (task === undefined) return undefined
  const parent = findTask(tasks, parentOf(task.id) ?? "")
  if (parent === undefined) return promptOf(task)
  const [first = "", ...rest] = promptOf(task).split("\n")
  const whole = [`Only this subtask of ${heading(parent)} is to be done.`, parent.description.trim()]
    .filter((line) => line !== "")
  return [first, "", ...whole, ...rest].join("\n")
}
