/** The helpers that templates may call for a value: what each takes, what it gives, and how the shapes must fit. */
import { Result } from "effect"
import { boolean, isScalar, nearest, type Shape, text } from "./languages/Shape.ts"

interface Helper {
  /** Least and most arguments. */
  readonly takes: readonly [number, number]
  /** The result's shape, from those of the arguments and the values of those that are literal texts. */
  readonly shape: (
    shapes: ReadonlyArray<Shape>,
    literals: ReadonlyArray<string | undefined>
  ) => Result.Result<Shape, string>
  readonly call: (...values: ReadonlyArray<unknown>) => unknown
}

/** As Handlebars' own `#if` sees it. */
const holds = (value: unknown): boolean => Boolean(value) && !(Array.isArray(value) && value.length === 0)

const toBoolean = () => Result.succeed(boolean)

const comparable: Helper["shape"] = ([a, b]) => {
  if (a === undefined || b === undefined) return Result.fail("two values are compared")
  if (!isScalar(a) || !isScalar(b)) return Result.fail("only texts, numbers and booleans can be compared")
  return a.kind === b.kind ? Result.succeed(boolean) : Result.fail(`a ${a.kind} never equals a ${b.kind}`)
}

const looked: Helper["shape"] = ([from, by], [, name]) => {
  if (from?.kind === "list" && by?.kind === "number") return Result.succeed(from.item)
  if (from?.kind !== "object" || name === undefined) {
    return Result.fail("lookup takes a list and a number, or an object and a name in quotes")
  }
  const field = Object.hasOwn(from.fields, name) ? from.fields[name] : undefined
  const near = nearest(name, Object.keys(from.fields))
  return field === undefined
    ? Result.fail(
      `unknown input "${name}"; ${near === undefined ? "" : `did you mean "${near}"? `}known: ${
        Object.keys(from.fields).join(", ")
      }`
    )
    : Result.succeed(field)
}

const lookup = (from: unknown, key: unknown): unknown =>
  typeof from === "object" && from !== null && Object.hasOwn(from, String(key)) ? Reflect.get(from, String(key)) : ""

export const helpers: Readonly<Record<string, Helper>> = {
  eq: { takes: [2, 2], shape: comparable, call: (a, b) => a === b },
  ne: { takes: [2, 2], shape: comparable, call: (a, b) => a !== b },
  and: { takes: [2, 99], shape: toBoolean, call: (...values) => values.every(holds) },
  or: { takes: [2, 99], shape: toBoolean, call: (...values) => values.some(holds) },
  not: { takes: [1, 1], shape: toBoolean, call: (value) => !holds(value) },
  json: { takes: [1, 1], shape: () => Result.succeed(text), call: (value) => JSON.stringify(value) },
  lookup: { takes: [2, 2], shape: looked, call: lookup }
}
