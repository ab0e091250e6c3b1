/**
 * Decoding of foreign input, with reports a person can act on: which field, what was found, what was expected.
 */
import { Result, Schema, SchemaIssue } from "effect"
import { printable } from "./Printable.ts"

export interface FieldProblem {
  /** Dotted path from the root of the input, `spec.env.PATH`; empty for the root itself. */
  readonly path: string
  readonly expected: string
  readonly found: string
}

export interface DecodeOptions {
  /** Prefix for every path, such as `spec`. */
  readonly at?: string
  /** Whether a key that the schema does not know is a problem. Default false, as Kubernetes prunes. */
  readonly rejectUnknown?: boolean
}

/** A decoder that answers with the value or with every problem found, never with an exception. */
export const decoder = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) => {
  const decode = Schema.decodeUnknownResult(schema)
  return (input: unknown, options: DecodeOptions = {}): Result.Result<S["Type"], ReadonlyArray<FieldProblem>> =>
    Result.mapError(
      decode(input, {
        errors: "all",
        onExcessProperty: options.rejectUnknown === true ? "error" : "ignore"
      }),
      (error) => fieldProblems(error.issue, input, options.at)
    )
}

const shownProblems = 10

/** One line of the first problems, as logs and condition messages print it. */
export const formatProblems = (found: ReadonlyArray<FieldProblem>): string => {
  const shown = found.slice(0, shownProblems).map(formatProblem).join("; ")
  return found.length <= shownProblems ? shown : `${shown}; and ${found.length - shownProblems} more`
}

export const formatProblem = ({ expected, found, path }: FieldProblem): string =>
  `${path === "" ? "value" : printable(path, { max: 200 })}: expected ${expected}, found ${found}`

/** `["spec", "env", "PATH"]` as `spec.env.PATH`, indexes as `[0]`. */
export const formatPath = (path: ReadonlyArray<PropertyKey>): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`
    return text === "" ? String(key) : `${text}.${String(key)}`
  }, "")

/** A value as a short phrase for people: `number 3`, `string "x"`, `nothing`. Long values are cut, credentials in URLs hidden. */
export const describe = (value: unknown): string => {
  if (value === undefined) return "nothing"
  if (value === null) return "null"
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === "object") return "an object"
  const text = typeof value === "string" ? JSON.stringify(value.replace(/\/\/[^/\s]*@/gu, "//***@")) : String(value)
  return `${typeof value} ${printable(text, { max: 80 })}`
}

const standardIssues = SchemaIssue.makeFormatterStandardSchemaV1()

/** The problems of a decoding that someone else did, of this input. */
export const fieldProblems = (issue: SchemaIssue.Issue, input: unknown, at?: string): ReadonlyArray<FieldProblem> =>
  standardIssues(issue).issues.map(({ message, path }) => {
    const keys = (path ?? []).map((part) => (typeof part === "object" ? part.key : part))
    const value = keys.reduce<unknown>(
      (parent, key) => (typeof parent === "object" && parent !== null ? Reflect.get(parent, key) : undefined),
      input
    )
    return {
      path: formatPath(at === undefined ? keys : [at, ...keys]),
      expected: expectation(message),
      found: describe(value)
    }
  })

const expectation = (message: string): string => {
  if (message === "Missing key") return "a value"
  if (message.startsWith("Expected no excess property")) return "no such field"
  return message.replace(/^Expected /, "").replace(/, got .*$/s, "")
}
