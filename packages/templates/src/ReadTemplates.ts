/** Reads a folder of templates. In a mounted ConfigMap the files are symlinks through `..data`, which is itself not a template folder. */
import { Effect, FileSystem, type PlatformError } from "effect"
import { TemplateError } from "./TemplateError.ts"

/** Contents by path relative to the folder, two levels of folders deep. Whatever starts with a dot is passed over. */
export const readTemplates = Effect.fn("readTemplates")(
  function*(folder: string): Effect.fn.Return<Record<string, string>, TemplateError, FileSystem.FileSystem> {
    const files = yield* FileSystem.FileSystem
    const found: Record<string, string> = {}
    const visit = (path: string): Effect.Effect<void, PlatformError.PlatformError> =>
      Effect.gen(function*() {
        const absolute = path === "" ? folder : `${folder}/${path}`
        const { type } = yield* files.stat(absolute)
        if (type === "Directory") {
          if (path.split("/").length > 2) return
          const names = yield* files.readDirectory(absolute)
          yield* Effect.forEach(
            names.filter((name) => !name.startsWith(".")),
            (name) => visit(path === "" ? name : `${path}/${name}`),
            { discard: true }
          )
        } else if (path.endsWith(".hbs")) {
          found[path] = yield* files.readFileString(absolute)
        }
      })
    yield* Effect.mapError(visit(""), (error) =>
      new TemplateError({
        operation: "load",
        ref: folder,
        problems: [{
          file: folder,
          reason: error.reason._tag === "NotFound" ? "Missing" : "Unreadable",
          message: `expected a readable folder of templates (CLAUDE_TEMPLATES_PATH); ${error.message}`
        }]
      }))
    return found
  }
)
