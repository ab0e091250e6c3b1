/** A file of kubectl's as values: one document of JSON, or YAML of one or several. Pure. */
import { Result } from "effect"
import { parseAllDocuments } from "yaml"

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
  const documents = parseAllDocuments(text, { prettyErrors: true })
  if (!Array.isArray(documents) || documents.length === 0) return Result.fail(`${source}: expected objects, found none`)
  const problem = documents.flatMap(({ errors }) => errors)[0]
  return problem === undefined
    ? Result.succeed(documents.map((document): unknown => document.toJS()).filter((value) => value !== null))
    : Result.fail(`${source}: ${problem.message.split("\n")[0]}`)
}
