/** The templates of every kind of run, by its task type: the folder that they are in. */
import type { TaskType } from "@orchestrator/domain/PodEnvironment"
import { Record, type Schema } from "effect"
import { shapeOf } from "../languages/Shape.ts"
import { codeTemplates } from "./CodeTemplates.ts"
import { docsTemplates } from "./DocsTemplates.ts"

/** What templates of one kind can name, and the files that they make, by the names of the templates. */
interface RunTemplates {
  readonly inputs: Schema.Constraint
  readonly outputs: Readonly<Record<string, string>>
}

export const runTemplates = { code: codeTemplates, docs: docsTemplates } as const satisfies Readonly<
  Record<TaskType, RunTemplates>
>

/** The inputs of one attempt of any kind, told apart by `task_type`. */
export type RunInputs = (typeof runTemplates)[TaskType]["inputs"]["Type"]

/** Files that are no template's. */
export const plainFiles = (inputs: RunInputs): Readonly<Record<string, string>> =>
  inputs.task_type === "code" ? codeTemplates.plainFiles(inputs) : docsTemplates.plainFiles()

/** Of the inputs of each kind. */
export const shapes = Record.map(runTemplates, ({ inputs }) => shapeOf(inputs))

export const taskTypes: ReadonlyArray<TaskType> = Record.keys(runTemplates)
