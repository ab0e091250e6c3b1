/** A Task Master project's `tasks.json`: the list as it is or under a tag, and an entry as the prompt it stands for. */
import { decoder, type FieldProblem } from "@orchestrator/domain/Decode"
import { Predicate, Result, Schema } from "effect"

const Id = Schema.Union([Schema.Finite, Schema.String])
const Text = Schema.optionalKey(Schema.NullOr(Schema.String))

const Subtask = Schema.Struct({ id: Id, title: Text, description: Text, details: Text, status: Text })

export const Task = Schema.Struct({
  id: Id,
  title: Schema.String,
  description: Text,
  details: Text,
  testStrategy: Text,
  priority: Text,
  status: Text,
  dependencies: Schema.optionalKey(Schema.Array(Id)),
  subtasks: Schema.optionalKey(Schema.Array(Subtask))
})
export type Task = typeof Task.Type

const List = Schema.Struct({ tasks: Schema.Array(Task) })
const decodeList = decoder(List)

/** Tasks of a `tasks.json`; the tag `master` first where the file has tags. */
export const parseTasks = (text: string): Result.Result<ReadonlyArray<Task>, ReadonlyArray<FieldProblem>> => {
  const json = Result.try({
    try: (): unknown => JSON.parse(text),
    catch: () => [{ path: "", expected: "JSON", found: "text that is not JSON" }]
  })
  return Result.flatMap(json, (value) => {
    const tagged = Predicate.isObject(value) && !("tasks" in value)
      ? "master" in value ? value.master : Object.values(value)[0]
      : value
    return Result.map(decodeList(tagged), ({ tasks }) => tasks)
  })
}

const section = (title: string, body: string | null | undefined) =>
  body === undefined || body === null || body.trim() === "" ? [] : [`## ${title}`, "", body.trim(), ""]

/** The prompt for a task that has none of its own. */
export const promptOf = (task: Task): string =>
  [
    `# Task ${task.id}: ${task.title}`,
    "",
    ...section("Description", task.description),
    ...section("Details", task.details),
    ...section("How it is tested", task.testStrategy),
    ...section(
      "Subtasks",
      task.subtasks?.map((subtask) =>
        [`- ${task.id}.${subtask.id} ${subtask.title ?? ""}`, subtask.description, subtask.details]
          .filter((line) => Predicate.isNotNullish(line) && line !== "")
          .join("\n  ")
      ).join("\n")
    )
  ].join("\n")
