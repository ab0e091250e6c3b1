/**
 * A Task Master project's `tasks.json`: flat (`tasks`), under tags, or a bare list, with numbers or texts for ids. An entry that cannot be
 * read hides no other one. The tag is the one that `state.json` names. Pure.
 */
import { Predicate, Result } from "effect"
import { formatFault, linesOf, parseJson } from "./JsonText.ts"
import { entriesOf, type Task, taskOf } from "./TaskEntry.ts"

/** In a project. */
export const taskListPath = ".taskmaster/tasks/tasks.json"
export const taskStatePath = ".taskmaster/state.json"

/** A path of a project in its repository. */
export const inProject = (project: string, path: string): string => {
  const folder = project.replace(/^(?:\.?\/)+|\/+$/g, "")
  return folder === "" || folder === "." ? path : `${folder}/${path}`
}

export interface TaskList {
  readonly tag: string
  readonly tasks: ReadonlyArray<Task>
  /** Ids by the other tags. */
  readonly others: ReadonlyMap<string, ReadonlyArray<string>>
  /** What was left out or chosen, for the log. */
  readonly notes: ReadonlyArray<string>
}

const field = (value: object, name: string): unknown => Reflect.get(value, name)

interface Found {
  readonly tag: string
  /** Path of the list in the file. */
  readonly path: string
  readonly entries: ReadonlyArray<unknown>
}

const defaultTag = "master"

/** The lists of a file, by tag; the tag of those that have none is `master`. */
const listsIn = (value: unknown): ReadonlyArray<Found> => {
  if (Array.isArray(value)) return [{ tag: defaultTag, path: "", entries: value }]
  if (!Predicate.isObject(value)) return []
  const tagged = Object.entries(value).filter(([tag]) => tag !== "tasks" && tag !== "metadata").flatMap(
    ([tag, under]) => {
      const entries = Array.isArray(under)
        ? under
        : Predicate.isObject(under)
        ? entriesOf(field(under, "tasks"))
        : undefined
      return entries === undefined ? [] : [{ tag, path: Array.isArray(under) ? tag : `${tag}.tasks`, entries }]
    }
  )
  const flat = entriesOf(field(value, "tasks"))
  return flat === undefined || tagged.some(({ tag }) => tag === defaultTag)
    ? tagged
    : [{ tag: defaultTag, path: "tasks", entries: flat }, ...tagged]
}

/** The tag that Task Master works with, from its `state.json`. */
const currentTag = (state: string | undefined): string | undefined => {
  const read = state === undefined ? undefined : Result.getOrUndefined(parseJson(state))?.value
  const tag = Predicate.isObject(read) ? field(read, "currentTag") : undefined
  return typeof tag === "string" && tag.trim() !== "" ? tag.trim() : undefined
}

const quoted = (tags: ReadonlyArray<{ readonly tag: string }>): string =>
  tags.map(({ tag }) => JSON.stringify(tag)).join(", ")

const choose = (lists: ReadonlyArray<Found>, current: string | undefined) => {
  const named = lists.find(({ tag }) => tag === current)
  if (named !== undefined) return { chosen: named, notes: [`the tag is ${quoted([named])}, as state.json says`] }
  const chosen = lists.find(({ tag }) => tag === defaultTag) ?? lists[0]
  const why = current === undefined ? [] : [`state.json names the tag ${JSON.stringify(current)}, which is not there`]
  const which = chosen === undefined || (lists.length === 1 && why.length === 0)
    ? []
    : [`of the tags ${quoted(lists)}, ${quoted([chosen])} is read`]
  return { chosen, notes: [...why, ...which] }
}

const readEntries = ({ entries, path }: Found, lines: ReadonlyMap<string, number>) => {
  const tasks = new Map<string, Task>()
  const notes: Array<string> = []
  entries.forEach((entry, index) => {
    const at = `entry ${index + 1} (line ${lines.get(path === "" ? String(index) : `${path}.${index}`) ?? "?"})`
    const task = taskOf(entry)
    if (task === undefined) notes.push(`${at} has no id and is left out`)
    else if (tasks.has(task.id)) notes.push(`${at} has the id ${task.id} of an entry before it and is left out`)
    else tasks.set(task.id, task)
  })
  return { tasks: [...tasks.values()], notes }
}

/** The tasks of a `tasks.json` with the `state.json` beside it, or why there are none, with the line. */
export const readTaskList = (text: string, state?: string): Result.Result<TaskList, string> =>
  Result.flatMap(Result.mapError(parseJson(text), formatFault), (read) => {
    const lists = listsIn(read.value)
    const { chosen, notes } = choose(lists, currentTag(state))
    if (chosen === undefined) {
      return Result.fail("line 1 begins no list of tasks: expected \"tasks\", or tags that have \"tasks\"")
    }
    const found = readEntries(chosen, linesOf(read.text))
    const others = lists.filter((list) => list !== chosen).map(({ entries, tag }) =>
      [tag, entries.flatMap((entry) => taskOf(entry)?.id ?? [])] as const
    )
    return Result.succeed({
      tag: chosen.tag,
      tasks: found.tasks,
      others: new Map(others),
      notes: [...notes, ...found.notes]
    })
  })

/** Says under which tags a task is that the chosen one lacks. */
export const elsewhere = ({ others, tag }: TaskList, id: string): string => {
  const tags = [...others].filter(([, ids]) => ids.includes(id)).map(([name]) => ({ tag: name }))
  return tags.length === 0
    ? ""
    : `; it is under ${quoted(tags)}, while the tag is ${quoted([{ tag }])}: set currentTag in .taskmaster/state.json`
}
