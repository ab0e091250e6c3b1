/** All templates of all kinds, compiled once and tried with sample inputs, so that rendering can only fail for what a value does. */
import type { TaskType } from "@orchestrator/domain/PodEnvironment"
import { Result } from "effect"
import { catalog } from "./Catalog.ts"
import { plainFiles, type RunInputs, shapes } from "./kinds/RunTemplates.ts"
import { sample } from "./languages/Shape.ts"
import { compileTemplate, type Template } from "./Template.ts"
import { TemplateError, type TemplateProblem } from "./TemplateError.ts"

/** Keys and contents of a run's ConfigMap. */
export type RunFiles = Readonly<Record<string, string>>

export interface Renderer {
  /** Files that were found and make no output. */
  readonly ignored: ReadonlyArray<string>
  readonly render: (inputs: RunInputs) => Result.Result<RunFiles, TemplateError>
}

/** Checks and compiles templates by path; fails with every problem of all of them. */
export const compileTemplates = (
  ref: string,
  files: Readonly<Record<string, string>>
): Result.Result<Renderer, TemplateError> => {
  const { entries, ignored, problems } = catalog(Object.keys(files))
  const compiled = entries.map((entry) => compileTemplate(entry, files[entry.file] ?? "", shapes[entry.taskType]))
  const templates = compiled.flatMap((result) => (Result.isSuccess(result) ? [result.success] : []))
  const broken = compiled.flatMap((result) => (Result.isFailure(result) ? result.failure : []))
  const all = [...problems, ...broken, ...templates.flatMap(tried)]
  return all.length > 0
    ? Result.fail(new TemplateError({ operation: "load", ref, problems: all }))
    : Result.succeed({ ignored, render: (inputs) => renderAll(templates, inputs) })
}

/** What goes wrong with everything there, or with everything empty. */
const tried = (template: Template): ReadonlyArray<TemplateProblem> => {
  const outcomes = [true, false].map((filled) => template.render(sample(shapes[template.taskType], filled)))
  return outcomes.flatMap((outcome) => (Result.isFailure(outcome) ? [outcome.failure] : [])).slice(0, 1)
}

const renderAll = (templates: ReadonlyArray<Template>, inputs: RunInputs): Result.Result<RunFiles, TemplateError> => {
  const outcomes = templates
    .filter(({ taskType }) => taskType === inputs.task_type)
    .map(({ output, render }) => ({ output, text: render(inputs) }))
  const problems = outcomes.flatMap(({ text }) => (Result.isFailure(text) ? [text.failure] : []))
  const files = {
    ...plainFiles(inputs),
    ...Object.fromEntries(
      outcomes.flatMap(({ output, text }) => (Result.isSuccess(text) ? [[output, text.success]] : []))
    )
  }
  const found = problems.length > 0 ? problems : tooLarge(inputs.task_type, files)
  return found.length > 0
    ? Result.fail(new TemplateError({ operation: "render", ref: inputs.run_name, problems: found }))
    : Result.succeed(files)
}

/** What a ConfigMap holds (1 MiB), less room for its metadata. */
export const filesLimit = 1024 * 1024 - 16 * 1024

const tooLarge = (taskType: TaskType, files: RunFiles): ReadonlyArray<TemplateProblem> => {
  const bytes = (text: string) => new TextEncoder().encode(text).length
  const sizes = Object.entries(files).map(([name, text]) => ({ name, size: bytes(name) + bytes(text) }))
  const total = sizes.reduce((sum, { size }) => sum + size, 0)
  if (total <= filesLimit) return []
  const biggest = sizes.toSorted((a, b) => b.size - a.size).slice(0, 3)
  return [{
    file: `${taskType}/${biggest[0]?.name ?? ""}`,
    reason: "TooLarge",
    message: `the files of the run have ${total} bytes, a ConfigMap holds ${filesLimit}; the biggest: ${
      biggest.map(({ name, size }) => `${name} (${size})`).join(", ")
    }`
  }]
}
