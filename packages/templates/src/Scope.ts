/** Names that a place in a template can see, and the shape behind each. What does not exist is said, with the nearest name that does. */
import { Result } from "effect"
import { helpers } from "./Helpers.ts"
import { boolean, nearest, number, type Shape, text } from "./languages/Shape.ts"

export interface Scope {
  /** Contexts, innermost last: the inputs, then what `#each` and `#with` went into. */
  readonly contexts: ReadonlyArray<Shape>
  readonly blockParams: Readonly<Record<string, Shape>>
  /** Whether `@index` and its kind have a meaning. */
  readonly looping: boolean
}

export type Typed = Result.Result<Shape, string>

/** Any value; told apart by their type. */
export type Expression =
  | hbs.AST.PathExpression
  | hbs.AST.SubExpression
  | hbs.AST.StringLiteral
  | hbs.AST.NumberLiteral
  | hbs.AST.BooleanLiteral
  | hbs.AST.UndefinedLiteral
  | hbs.AST.NullLiteral

/** The expression as the author would write it. */
export const sourceOf = (expression: Expression): string => {
  switch (expression.type) {
    case "PathExpression":
      return expression.original
    case "StringLiteral":
      return JSON.stringify(expression.value)
    case "SubExpression":
      return [expression.path.original, ...expression.params.map((param) => sourceOf(param as Expression))].join(" ")
    case "NumberLiteral":
    case "BooleanLiteral":
      return String(expression.value)
    default:
      return expression.type === "NullLiteral" ? "null" : "undefined"
  }
}

export const shapeIn = (scope: Scope, expression: Expression): Typed => {
  switch (expression.type) {
    case "PathExpression":
      return pathShape(scope, expression)
    case "SubExpression":
      return callShape(scope, expression)
    case "StringLiteral":
      return Result.succeed(text)
    case "NumberLiteral":
      return Result.succeed(number)
    case "BooleanLiteral":
      return Result.succeed(boolean)
    default:
      return Result.fail("no input is ever null or undefined; a text that does not apply is empty")
  }
}

const loopNames: Readonly<Record<string, Shape>> = { index: number, key: number, first: boolean, last: boolean }

const pathShape = (scope: Scope, path: hbs.AST.PathExpression): Typed => {
  const [head = "", ...rest] = path.parts
  if (path.data) return dataShape(scope, path, head, rest)
  const context = scope.contexts.at(-1 - path.depth)
  if (context === undefined) return Result.fail(`"${path.original}" goes above the inputs`)
  const explicit = /^(?:\.\.?\/|this\b|\.$)/.test(path.original)
  const param = explicit || !Object.hasOwn(scope.blockParams, head) ? undefined : scope.blockParams[head]
  return param === undefined
    ? fieldsShape(context, path.parts, scope, path.original)
    : fieldsShape(param, rest, scope, path.original)
}

const dataShape = (
  scope: Scope,
  { depth, original }: hbs.AST.PathExpression,
  head: string,
  rest: Array<string>
): Typed => {
  const root = scope.contexts[0]
  if (head === "root" && depth === 0 && root !== undefined) return fieldsShape(root, rest, scope, original)
  const shape = Object.hasOwn(loopNames, head) ? loopNames[head] : undefined
  if (depth > 0 || rest.length > 0 || shape === undefined) {
    return Result.fail(`unknown "${original}"; known: @root, and inside #each @index, @first, @last`)
  }
  return scope.looping ? Result.succeed(shape) : Result.fail(`"${original}" has a meaning inside #each only`)
}

const fieldsShape = (start: Shape, parts: ReadonlyArray<string>, scope: Scope, original: string): Typed =>
  parts.reduce<Typed>(
    (typed, part) => Result.flatMap(typed, (shape) => fieldShape(shape, part, scope, original)),
    Result.succeed(start)
  )

const fieldShape = (shape: Shape, part: string, { blockParams, contexts }: Scope, original: string): Typed => {
  if (shape.kind === "list" && part === "length") return Result.succeed(number)
  if (shape.kind !== "object") return Result.fail(`"${original}": ${part} is not a part of a ${shape.kind}`)
  const field = Object.hasOwn(shape.fields, part) ? shape.fields[part] : undefined
  if (field !== undefined) return Result.succeed(field)
  const names = Object.keys(shape.fields)
  const near = nearest(part, [...names, ...(contexts.at(-1) === shape ? Object.keys(blockParams) : [])])
  const hint = near === undefined ? `known: ${names.join(", ")}` : `did you mean "${near}"?`
  return Result.fail(`unknown input "${original}"; ${hint}`)
}

const callShape = (scope: Scope, call: hbs.AST.SubExpression): Typed => {
  const name = call.path.original
  const helper = Object.hasOwn(helpers, name) ? helpers[name] : undefined
  if (helper === undefined) return Result.fail(unknownHelper(name))
  if (call.hash !== undefined && call.hash.pairs.length > 0) return Result.fail(`${name} takes no named arguments`)
  const params = call.params as Array<Expression>
  const [least, most] = helper.takes
  if (params.length < least || params.length > most) {
    return Result.fail(`${name} takes ${least === most ? least : `${least} or more`} values, found ${params.length}`)
  }
  return Result.flatMap(
    Result.all(params.map((param) => shapeIn(scope, param))),
    (shapes) => helper.shape(shapes, params.map((param) => (param.type === "StringLiteral" ? param.value : undefined)))
  )
}

const unknownHelper = (name: string): string => {
  const near = nearest(name, Object.keys(helpers))
  return `unknown helper "${name}"; ${
    near === undefined ? `known: ${Object.keys(helpers).join(", ")}` : `did you mean "${near}"?`
  }`
}
