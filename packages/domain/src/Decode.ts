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

/** What was decoded, and the fields of the input that did not fit and were left out. */
export interface Decoded<A> {
  readonly value: A
  readonly dropped: ReadonlyArray<FieldProblem>
}

/** Each takes a level off what is left; no schema of ours is as deep. */
const mostRounds = 16

/**
 * The same for input of somebody who is not believed: a field that does not fit is left out and named, with what cannot be without it. A
 * failure is only what is missing or wrong at the root.
 */
export const tolerantDecoder = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) => {
  const decode = Schema.decodeUnknownResult(schema)
  return (input: unknown): Result.Result<Decoded<S["Type"]>, ReadonlyArray<FieldProblem>> => {
    /** By what was left out for it. */
    const dropped = new Map<string, FieldProblem>()
    let rest = input
    for (let round = 0;; round++) {
      const decoded = decode(rest, { errors: "all", onExcessProperty: "ignore" })
      if (Result.isSuccess(decoded)) return Result.succeed({ value: decoded.success, dropped: [...dropped.values()] })
      const found = located(decoded.failure.issue, rest, undefined).map(({ keys, problem }) => ({
        problem,
        remove: problem.found === "nothing" ? keys.slice(0, -1) : keys
      }))
      if (round === mostRounds || found.some(({ remove }) => remove.length === 0)) {
        return Result.fail(found.map(({ problem }) => dropped.get(problem.path) ?? problem))
      }
      for (const { problem, remove } of found) {
        const path = formatPath(remove)
        if (!dropped.has(path)) dropped.set(path, problem)
      }
      // From the end, so that the places of what is before it in a list stay.
      rest = found.reduceRight((left: unknown, { remove }) => without(left, remove), rest)
    }
  }
}

const without = (value: unknown, [key, ...rest]: ReadonlyArray<PropertyKey>): unknown => {
  if (typeof value !== "object" || value === null || key === undefined || !Object.hasOwn(value, key)) return value
  const change = (child: unknown): ReadonlyArray<unknown> => rest.length === 0 ? [] : [without(child, rest)]
  return Array.isArray(value)
    ? value.flatMap((child: unknown, index) => index === key ? change(child) : [child])
    : Object.fromEntries(
      Object.entries(value).flatMap(([name, child]) =>
        name === key ? change(child).map((next) => [name, next] as const) : [[name, child] as const]
      )
    )
}

/** Fields in a few words, for a message: which, and what was expected. What was found in them is not repeated. */
export const nameFields = (problems: ReadonlyArray<FieldProblem>, shown = 3): string => {
  const named = problems.slice(0, shown).map(({ expected, found, path }) =>
    path === "" ? `expected ${expected}, found ${found}` : `${path} (expected ${expected})`
  )
  return printable([...named, ...(problems.length > shown ? [`${problems.length - shown} more`] : [])].join(", "), {
    max: 300
  })
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

/** What stands before a host may be a password or a token. */
const withoutUsers = (text: string): string => text.replaceAll(/\/\/[^/]*@/gu, "//***@").replace(/^[^/\s]*@/u, "***@")

/** A value as a short phrase for people: `number 3`, `string "x"`, `nothing`. Long values are cut, credentials in URLs hidden. */
export const describe = (value: unknown): string => {
  if (value === undefined) return "nothing"
  if (value === null) return "null"
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === "object") return "an object"
  const text = typeof value === "string" ? JSON.stringify(withoutUsers(value)) : String(value)
  return `${typeof value} ${printable(text, { max: 80 })}`
}

const standardIssues = SchemaIssue.makeFormatterStandardSchemaV1()

/** The problems of a decoding that someone else did, of this input. */
export const fieldProblems = (issue: SchemaIssue.Issue, input: unknown, at?: string): ReadonlyArray<FieldProblem> =>
  located(issue, input, at).map(({ problem }) => problem)

const located = (issue: SchemaIssue.Issue, input: unknown, at: string | undefined) =>
  standardIssues(issue).issues.map(({ message, path }) => {
    const keys = (path ?? []).map((part) => (typeof part === "object" ? part.key : part))
    const value = keys.reduce<unknown>(
      (parent, key) =>
        typeof parent === "object" && parent !== null && Object.hasOwn(parent, key)
          ? Reflect.get(parent, key)
          : undefined,
      input
    )
    const problem: FieldProblem = {
      path: formatPath(at === undefined ? keys : [at, ...keys]),
      expected: expectation(message),
      found: ofEnvironment(keys) && typeof value === "string" ? "a text" : describe(value)
    }
    return { keys, problem }
  })

/** Values of environment variables may be secrets: no message repeats one. */
const ofEnvironment = (keys: ReadonlyArray<PropertyKey>): boolean => keys.slice(0, -1).includes("env")

const expectation = (message: string): string => {
  if (message === "Missing key") return "a value"
  if (message.startsWith("Expected no excess property")) return "no such field"
  return message.replace(/^Expected /, "").replace(/, got .*$/s, "")
}
