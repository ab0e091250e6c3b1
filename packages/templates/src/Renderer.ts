/** Compiles templates once, so that rendering is synchronous. */
import { Result } from "effect"
import Handlebars from "handlebars"
import { catalog } from "./Catalog.ts"
import type { RunInputs } from "./Inputs.ts"
import { TemplateError } from "./TemplateError.ts"

/** Checks and compiles templates by path. */
export const compileTemplates = (ref: string, files: Readonly<Record<string, string>>) => {
  const { entries, ignored, problems } = catalog(Object.keys(files))
  if (problems.length > 0) return Result.fail(new TemplateError({ operation: "load", ref, problems }))
  const compiled = entries.map((entry) => ({
    ...entry,
    run: Handlebars.compile<RunInputs>(files[entry.file] ?? "", { noEscape: true, strict: true })
  }))
  const render = (inputs: RunInputs): Result.Result<Record<string, string>, TemplateError> =>
    Result.succeed(Object.fromEntries(
      compiled.filter(({ taskType }) => taskType === inputs.task_type).map(({ output, run }) => [output, run(inputs)])
    ))
  return Result.succeed({ ignored, render })
}
