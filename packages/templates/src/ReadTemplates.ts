/** Reads a folder of templates. In a mounted ConfigMap the files are symlinks through `..data`, which is itself not a template folder. */
import { Effect, FileSystem, type PlatformError, Result } from "effect"
import { TemplateError, type TemplateProblem } from "./TemplateError.ts"

type Found = Result.Result<readonly [path: string, text: string], TemplateProblem>

const deepest = 5

/** Contents of the `.hbs` files by path relative to the folder, `sets/<name>/code/hooks/` being the deepest. Names with a leading dot are passed over. */
export const readTemplates = Effect.fn("readTemplates")(
  function*(folder: string): Effect.fn.Return<Record<string, string>, TemplateError, FileSystem.FileSystem> {
    const found = yield* visit(yield* FileSystem.FileSystem, folder, [])
    const problems = found.flatMap((file) => (Result.isFailure(file) ? [file.failure] : []))
    if (problems.length > 0) return yield* new TemplateError({ operation: "load", ref: folder, problems })
    return Object.fromEntries(found.flatMap((file) => (Result.isSuccess(file) ? [file.success] : [])))
  }
)

const visit = (
  files: FileSystem.FileSystem,
  folder: string,
  parts: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<Found>> => {
  const path = [folder, ...parts].join("/")
  const inside = Effect.fnUntraced(function*() {
    const names = parts.length < deepest ? yield* files.readDirectory(path) : []
    const visible = names.filter((name) => !name.startsWith("."))
    return (yield* Effect.forEach(visible, (name) => visit(files, folder, [...parts, name]))).flat()
  })
  const self = Effect.fnUntraced(function*() {
    const { type } = yield* files.stat(path)
    if (type === "Directory") return yield* inside()
    if (parts.length === 0) return [Result.fail(unreadable(folder, parts, "it is a file"))]
    return path.endsWith(".hbs") ? [Result.succeed([parts.join("/"), yield* files.readFileString(path)] as const)] : []
  })
  return Effect.catch(self(), (error) => Effect.succeed([Result.fail(unreadable(folder, parts, error))]))
}

const unreadable = (
  folder: string,
  parts: ReadonlyArray<string>,
  found: PlatformError.PlatformError | string
): TemplateProblem => {
  const missing = typeof found !== "string" && found.reason._tag === "NotFound"
  const what = missing ? "nothing is there" : typeof found === "string" ? found : found.message
  return {
    file: parts.length === 0 ? folder : parts.join("/"),
    reason: missing ? "Missing" : "Unreadable",
    message: parts.length === 0
      ? `expected a folder of templates, but ${what}; CLAUDE_TEMPLATES_PATH names the folder`
      : `expected a readable file, but ${what}`
  }
}
