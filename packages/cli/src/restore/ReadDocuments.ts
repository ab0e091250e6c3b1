/** A file of kubectl's as values: one document of JSON, or YAML of one or several. Pure. */
import { Result } from "effect"
import { yamlDocuments } from "../submit/YamlDocuments.ts"

const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const readDocuments = (text: string, source: string): Result.Result<ReadonlyArray<unknown>, string> => {
  // A long list is read ten times as fast as what it is, JSON.
  const json = text.trimStart().startsWith("{") ? parsedJson(text) : undefined
  if (json !== undefined) return Result.succeed([json])
  const documents = yamlDocuments(text)
  if (Result.isFailure(documents)) return Result.fail(`${source}: ${documents.failure.split("\n")[0]}`)
  return documents.success.length === 0
    ? Result.fail(`${source}: expected objects, found none`)
    : Result.succeed(documents.success.filter((value) => value !== null))
}
