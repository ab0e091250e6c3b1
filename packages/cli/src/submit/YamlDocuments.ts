/** The documents of a YAML file, JSON among them, as values. Pure. */
import { Result } from "effect"
import { parseAllDocuments } from "yaml"

/** Null where one is empty; fails with the parser's words about the first thing that is no YAML. */
export const yamlDocuments = (text: string): Result.Result<ReadonlyArray<unknown>, string> => {
  const parsed = parseAllDocuments(text, { prettyErrors: true })
  const documents = Array.isArray(parsed) ? parsed : []
  const broken = documents.flatMap(({ errors }) => errors)[0]
  return broken === undefined
    ? Result.succeed(documents.map((document): unknown => document.toJS()))
    : Result.fail(broken.message)
}
