/** Files of a repository: their paths, as all forges have them, and the answers of those that give a file out in base64. */
import { Effect, Schema } from "effect"
import type { Repository } from "../ForgeAdapter.ts"
import { ForgeError } from "../ForgeError.ts"
import type { RestClient } from "./RestClient.ts"

type ReadFile = Repository["file"]

export const operation = "read a file of"

/** Undefined where a path leads elsewhere: `.` and nothing between slashes are no places. */
const partsOf = (path: string): ReadonlyArray<string> | undefined => {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".")
  return parts.length === 0 || parts.includes("..") ? undefined : parts
}

/** `read`: of a path whose parts are encoded. Undefined: there is no such file, or no such branch. */
export const fileReader = (read: ReadFile): ReadFile => (path, branch) => {
  const parts = partsOf(path)
  return parts === undefined
    ? Effect.undefined
    : read(parts.map(encodeURIComponent).join("/"), branch).pipe(
      Effect.catchIf(({ reason }) => reason._tag === "NotFound", () => Effect.undefined)
    )
}

/** `path`: for the error. */
export const fromBase64 = (
  path: string,
  { content, encoding }: { readonly content: string; readonly encoding: string }
): Effect.Effect<string, ForgeError> =>
  encoding === "base64"
    ? Effect.succeed(Buffer.from(content, "base64").toString("utf8"))
    : new ForgeError({
      operation,
      ref: path,
      reason: { _tag: "Refused", words: `${path} is larger than the forge gives out in one answer` }
    })

const File = Schema.Struct({ type: Schema.Literal("file"), encoding: Schema.String, content: Schema.String })
/** What a folder has, or what stands in a file's place. */
const NoFile = Schema.Union([
  Schema.Array(Schema.Unknown),
  Schema.Struct({ type: Schema.Literals(["dir", "symlink", "submodule"]) })
])

/** At GitHub, and those that are like it. */
export const fileAt = (call: RestClient, repository: string): ReadFile =>
  fileReader((path, branch) =>
    call({
      operation,
      method: "GET",
      path: `${repository}/contents/${path}?ref=${encodeURIComponent(branch)}`,
      answer: Schema.Union([File, NoFile])
    }).pipe(Effect.flatMap((found) => "content" in found ? fromBase64(path, found) : Effect.undefined))
  )
