/**
 * One pass over a parsed template: every name is resolved, every place of a value is given the way it is written there, both before any
 * run exists. In the same pass each `{{x}}` (and `{{{x}}}`: there is no way around escaping) is turned into `{{emit n x}}`, n being the
 * place; Handlebars then evaluates the template as it would any other.
 */
import type { Lexer, Slot, Write } from "./languages/Lexer.ts"
import { isScalar, number, type Shape, text } from "./languages/Shape.ts"
import { type Expression, type Scope, shapeIn, sourceOf } from "./Scope.ts"
import type { TemplateProblem } from "./TemplateError.ts"

/** Name of the helper that writes a value; no template can call it, since it is not among the helpers. */
export const emit = "emit"

/** Where a value goes: its name for messages, and how it is written there. */
export interface Place {
  readonly name: string
  readonly line: number
  readonly write: Write
}

/** What the pass finds, in the order of the template. */
export interface Findings {
  readonly places: Array<Place>
  readonly problems: Array<TemplateProblem>
}

type Statement =
  | hbs.AST.MustacheStatement
  | hbs.AST.BlockStatement
  | hbs.AST.ContentStatement
  | hbs.AST.CommentStatement
  | hbs.AST.PartialStatement
  | hbs.AST.PartialBlockStatement

interface Pass<State> {
  readonly lexer: Lexer<State>
  readonly lines: ReadonlyArray<string>
  readonly problem: (node: hbs.AST.Node, reason: TemplateProblem["reason"], message: string) => void
  /** Registers a place; its number. */
  readonly place: (place: Place) => number
}

/** Checks the template against the shape of its inputs, and rewrites it in place. */
export const analyse = <State>(
  file: string,
  source: string,
  program: hbs.AST.Program,
  inputs: Shape,
  lexer: Lexer<State>
): Findings => {
  const findings: Findings = { places: [], problems: [] }
  const pass: Pass<State> = {
    lexer,
    lines: source.split("\n"),
    problem: (node, reason, message) => {
      const problem = { file, line: node.loc.start.line, reason, message }
      const known = findings.problems.some((other) => other.line === problem.line && other.message === message)
      if (!known) findings.problems.push(problem)
    },
    place: (place) => findings.places.push(place) - 1
  }
  const end = walk(pass, program, { contexts: [inputs], blockParams: {}, looping: false }, lexer.start)
  const open = lexer.open(end)
  if (open !== undefined && findings.places.length > 0 && findings.problems.length === 0) {
    pass.problem(program, "Placement", `${open} is still open at the end of the file`)
  }
  return findings
}

const walk = <State>(pass: Pass<State>, program: hbs.AST.Program, scope: Scope, state: State): State =>
  (program.body as Array<Statement>).reduce((now, statement) => step(pass, statement, scope, now), state)

const step = <State>(pass: Pass<State>, statement: Statement, scope: Scope, state: State): State => {
  switch (statement.type) {
    case "ContentStatement":
      return pass.lexer.text(state, statement.value)
    case "MustacheStatement":
      return value(pass, statement, scope, state)
    case "BlockStatement":
      return block(pass, statement, scope, state)
    case "CommentStatement":
      return state
    default:
      pass.problem(
        statement,
        "Unsupported",
        "partials and decorators are not part of these templates; write the text here"
      )
      return state
  }
}

const value = <State>(pass: Pass<State>, statement: hbs.AST.MustacheStatement, scope: Scope, state: State): State => {
  if (statement.path.type !== "PathExpression") {
    pass.problem(statement, "Unsupported", "write the text itself, without {{ }}")
    return state
  }
  const expression = expressionOf(statement)
  const typed = shapeIn(scope, expression)
  if (typed._tag === "Failure") {
    pass.problem(statement, "UnknownInput", typed.failure)
    return state
  }
  const json = expression.type === "SubExpression" && expression.path.original === "json"
  const shown = json ? (expression.params[0] as Expression) : expression
  if (!json && !isScalar(typed.success)) {
    const name = sourceOf(shown)
    pass.problem(statement, "UnknownInput", `${name} is a ${typed.success.kind}; write {{json ${name}}} or use #each`)
    return state
  }
  const placed = pass.lexer.value(state, slotOf(pass, statement, shown, typed.success, json))
  if ("refused" in placed) {
    pass.problem(statement, "Placement", `{{${sourceOf(expression)}}} ${placed.refused}`)
    return state
  }
  rewrite(statement, pass.place({ name: sourceOf(shown), line: statement.loc.start.line, write: placed.write }), shown)
  return placed.state
}

const expressionOf = (statement: hbs.AST.MustacheStatement): Expression =>
  statement.params.length === 0 && (statement.hash === undefined || statement.hash.pairs.length === 0)
    ? (statement.path as Expression)
    : {
      type: "SubExpression",
      path: statement.path as hbs.AST.PathExpression,
      params: statement.params,
      hash: statement.hash,
      loc: statement.loc
    }

const slotOf = <State>(
  { lines }: Pass<State>,
  { loc }: hbs.AST.MustacheStatement,
  shown: Expression,
  shape: Shape,
  json: boolean
): Slot => ({
  name: sourceOf(shown),
  shape: json ? text : shape,
  json,
  before: (lines[loc.start.line - 1] ?? "").slice(0, loc.start.column),
  after: (lines[loc.end.line - 1] ?? "").slice(loc.end.column)
})

const rewrite = (statement: hbs.AST.MustacheStatement, place: number, shown: Expression): void => {
  const { loc } = statement
  const path: hbs.AST.PathExpression = {
    type: "PathExpression",
    data: false,
    depth: 0,
    parts: [emit],
    original: emit,
    loc
  }
  const index: hbs.AST.NumberLiteral = { type: "NumberLiteral", value: place, original: place, loc }
  Object.assign(statement, { path, params: [index, shown], hash: undefined })
}

const blocks = ["if", "unless", "each", "with"]

const block = <State>(pass: Pass<State>, statement: hbs.AST.BlockStatement, scope: Scope, state: State): State => {
  const name = statement.path.original
  const subject = statement.params[0] as Expression | undefined
  if (!blocks.includes(name) || subject === undefined || statement.params.length > 1) {
    pass.problem(
      statement,
      "Unsupported",
      `unknown block "#${name}"; known, with one value each: ${blocks.map((known) => `#${known}`).join(", ")}`
    )
    return state
  }
  const typed = shapeIn(scope, subject)
  if (typed._tag === "Failure") {
    pass.problem(statement, "UnknownInput", typed.failure)
    return state
  }
  if (name === "each" && typed.success.kind !== "list") {
    pass.problem(statement, "UnknownInput", `${sourceOf(subject)} is a ${typed.success.kind}; #each takes a list`)
    return state
  }
  const inner = innerScope(scope, name, typed.success, statement.program.blockParams ?? [])
  const otherwise = statement.inverse === undefined ? state : walk(pass, statement.inverse, scope, state)
  const once = walk(pass, statement.program, inner, state)
  const joined = pass.lexer.join(once, otherwise)
  const again = joined === undefined || name !== "each" ? joined : pass.lexer.join(joined, state)
  if (again === undefined) {
    pass.problem(
      statement,
      "Placement",
      `#${name} leaves a quote, comment, fence or parenthesis open, or closes one, on one of its ways only`
    )
    return state
  }
  return again
}

const innerScope = (scope: Scope, name: string, subject: Shape, params: ReadonlyArray<string>): Scope => {
  if (name === "if" || name === "unless") return scope
  const context = name === "each" && subject.kind === "list" ? subject.item : subject
  const [first, second] = params
  return {
    contexts: [...scope.contexts, context],
    blockParams: {
      ...scope.blockParams,
      ...(first === undefined ? {} : { [first]: context }),
      ...(second === undefined ? {} : { [second]: number })
    },
    looping: scope.looping || name === "each"
  }
}
