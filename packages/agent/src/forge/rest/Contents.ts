/** A file of a repository, at forges that give it out in base64. */
import { Effect, Schema } from "effect"
import { ForgeError } from "../ForgeError.ts"
import type { RestClient } from "./RestClient.ts"

const File = Schema.Struct({ type: Schema.Literal("file"), encoding: Schema.String, content: Schema.String })

const pathText = (path: string): string => path.split("/").map(encodeURIComponent).join("/")

const notText = (path: string) =>
  new ForgeError({
    operation: "read a file of",
    ref: path,
    reason: { _tag: "Refused", words: `${path} is larger than the forge gives out in one answer` }
  })

/** Undefined: there is none, or no such branch. */
export const fileAt = (call: RestClient, repository: string) => (path: string, branch: string) =>
  call({
    operation: "read a file of",
    method: "GET",
    path: `${repository}/contents/${pathText(path)}?ref=${encodeURIComponent(branch)}`,
    answer: File
  }).pipe(
    Effect.filterOrFail(({ encoding }) => encoding === "base64", () => notText(path)),
    Effect.map(({ content }): string | undefined => Buffer.from(content, "base64").toString("utf8")),
    Effect.catchIf(({ reason }) => reason._tag === "NotFound", () => Effect.undefined)
  )
