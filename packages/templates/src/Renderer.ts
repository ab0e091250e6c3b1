/** All templates of all kinds, compiled once and tried with sample inputs, so that rendering can only fail for what a value does. */
import type { TaskType } from "@orchestrator/domain/PodEnvironment"
import { bytesFit, bytesIn } from "@orchestrator/domain/TextBytes"
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
  readonly render: (inputs: RunInputs, set?: string) => Result.Result<RunFiles, TemplateError>
}

const noSet = (set: string): TemplateProblem => ({
  file: `sets/${set}/`,
  reason: "Missing",
  message:
    `no template of the set ${set}; expected at least one, such as sets/${set}/code/prompt.md.hbs or sets_${set}_code_prompt.md.hbs`
})

/** The set's own templates, and the usual ones that they do not take the place of. */
const withSet = (templates: ReadonlyArray<Template>, name: string | undefined): ReadonlyArray<Template> => {
  const own = templates.filter(({ set }) => set === name)
  const replaces = (usual: Template) =>
    own.some((each) => each.taskType === usual.taskType && each.output === usual.output)
  return name === undefined ? own : [...templates.filter((each) => each.set === undefined && !replaces(each)), ...own]
}

/** Checks and compiles templates by path; fails with every problem of all of them, and with sets that are needed and not there. */
export const compileTemplates = (
  ref: string,
  files: Readonly<Record<string, string>>,
  needed: ReadonlyArray<string> = []
): Result.Result<Renderer, TemplateError> => {
  const { entries, ignored, problems } = catalog(Object.keys(files))
  const compiled = entries.map((entry) => compileTemplate(entry, files[entry.file] ?? "", shapes[entry.taskType]))
  const templates = compiled.flatMap((result) => (Result.isSuccess(result) ? [result.success] : []))
  const broken = compiled.flatMap((result) => (Result.isFailure(result) ? result.failure : []))
  const missing = needed.filter((set) => !entries.some((entry) => entry.set === set)).map(noSet)
  const all = [...problems, ...missing, ...broken, ...templates.flatMap(tried)]
  const bySet = new Map([undefined, ...templates.map(({ set }) => set)].map((set) => [set, withSet(templates, set)]))
  return all.length > 0
    ? Result.fail(new TemplateError({ operation: "load", ref, problems: all }))
    : Result.succeed({
      ignored,
      render: (inputs, set) => {
        const found = bySet.get(set)
        return found === undefined
          ? Result.fail(new TemplateError({ operation: "render", ref: inputs.run_name, problems: [noSet(set ?? "")] }))
          : renderAll(found, inputs)
      }
    })
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
  const entries = Object.entries(files)
  if (bytesFit(entries, filesLimit)) return []
  const sizes = entries.map((entry) => ({ name: entry[0], size: bytesIn(entry) }))
  const biggest = sizes.toSorted((a, b) => b.size - a.size).slice(0, 3)
  return [{
    file: `${taskType}/${biggest[0]?.name ?? ""}`,
    reason: "TooLarge",
    message: `the files of the run have ${bytesIn(entries)} bytes, a ConfigMap holds ${filesLimit}; the biggest: ${
      biggest.map(({ name, size }) => `${name} (${size})`).join(", ")
    }`
  }]
}
