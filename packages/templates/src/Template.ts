/** One template: parsed, checked, compiled, and rendered. Handlebars without its own escaping, prototype access or missing names. */
import { Result } from "effect"
import Handlebars from "handlebars"
import { analyse, emit, type Findings, type Place } from "./Analysis.ts"
import type { CatalogEntry, Language } from "./Catalog.ts"
import { helpers } from "./Helpers.ts"
import { jsonLexer } from "./languages/JsonLexer.ts"
import { markdownLexer } from "./languages/MarkdownLexer.ts"
import type { Shape } from "./languages/Shape.ts"
import { shellLexer, variableName, withVariables } from "./languages/ShellLexer.ts"
import { shellPlaces } from "./languages/ShellPlaces.ts"
import type { TemplateProblem } from "./TemplateError.ts"
import { variants } from "./Variants.ts"

export interface Template extends CatalogEntry {
  readonly render: (inputs: unknown) => Result.Result<string, TemplateProblem>
}

/** Compiles a template, or says everything that is wrong with it. */
export const compileTemplate = (
  entry: CatalogEntry,
  source: string,
  inputs: Shape
): Result.Result<Template, ReadonlyArray<TemplateProblem>> =>
  Result.flatMap(parse(entry.file, source), (program) => {
    const { places, problems } = analyseAs(entry.language, entry.file, source, program, inputs)
    const first = entry.output === "prompt.md" ? firstCharacter(entry.file, program) : []
    if (problems.length + first.length > 0) return Result.fail([...problems, ...first])
    const misplaced = entry.language === "shell" && places.length > 0 ? misplacedIn(entry.file, program, places) : []
    if (misplaced.length > 0) return Result.fail(misplaced)
    const evaluate = evaluator(program, places)
    return Result.succeed({
      ...entry,
      render: (given) => Result.flatMap(attempted(entry, () => evaluate(given)), (done) => finished(entry, done))
    })
  })

/** Texts that a script would have run, in one of the ways that its conditions allow. */
const misplacedIn = (
  file: string,
  program: hbs.AST.Program,
  places: ReadonlyArray<Place>
): ReadonlyArray<TemplateProblem> => {
  const found = [...variants(program, places)].map(shellPlaces)
  // Conditions can depend on each other, so that some of the ways are none; a run that takes such a one fails.
  const followed = found.filter(({ error }) => error === undefined)
  const refused = new Map((followed.length > 0 ? followed : found).flatMap((each) => [...each.refused]))
  return [...refused].flatMap(([index, reason]): ReadonlyArray<TemplateProblem & { readonly line: number }> => {
    const place = places[index]
    return place === undefined
      ? []
      : [{ file, line: place.line, reason: "Placement", message: misplaced(place.name, reason) }]
  }).toSorted((a, b) => a.line - b.line)
}

const misplaced = (name: string, reason: string): string =>
  `{{${name}}} ${reason}; assign it to a variable of your own, such as value={{${name}}}, and use "$value" where it is only text`

const parse = (file: string, source: string): Result.Result<hbs.AST.Program, ReadonlyArray<TemplateProblem>> =>
  Result.try({
    try: () => Handlebars.parse(source),
    catch: (error): ReadonlyArray<TemplateProblem> => {
      const message = error instanceof Error ? error.message : String(error)
      const line = /on line (\d+)/.exec(message)?.[1] ?? /- (\d+):\d+$/.exec(message)?.[1]
      return [{
        file,
        ...(line === undefined ? {} : { line: Number(line) }),
        reason: "Syntax",
        message: readable(message)
      }]
    }
  })

const readable = (message: string): string => {
  const text = message.replace(/^Parse error on line \d+:\n/, "").replaceAll(/\s*\n\s*/g, " ").trim()
  return text.includes("got 'CLOSE_UNESCAPED'") ? `${text}; where } follows }}, put a space between them` : text
}

const analyseAs = (
  language: Language,
  ...[file, source, program, inputs]: [string, string, hbs.AST.Program, Shape]
): Findings => {
  switch (language) {
    case "shell":
      return analyse(file, source, program, inputs, shellLexer)
    case "json":
      return analyse(file, source, program, inputs, jsonLexer)
    case "markdown":
      return analyse(file, source, program, inputs, markdownLexer)
  }
}

/** The agent's CLI takes a prompt that begins with `/` for a command, so no value may come first. */
const firstCharacter = (file: string, { body }: hbs.AST.Program): ReadonlyArray<TemplateProblem> => {
  const first = body.find(({ type }) => type !== "CommentStatement") as hbs.AST.ContentStatement | undefined
  const fixed = first?.type === "ContentStatement" ? first.value.trimStart() : ""
  return fixed !== "" && !fixed.startsWith("/") && !fixed.startsWith("@")
    ? []
    : [{ file, line: 1, reason: "Placement", message: "a prompt begins with a text of the template, and not with /" }]
}

/** A text that a script names by a variable, and the input that it comes from. */
interface Hoisted {
  readonly name: string
  readonly line: number
  readonly text: string
}

interface Evaluated {
  readonly text: string
  readonly hoisted: ReadonlyArray<Hoisted>
}

const evaluator = (program: hbs.AST.Program, places: ReadonlyArray<Place>): (inputs: unknown) => Evaluated => {
  const engine = Handlebars.create()
  for (const [name, { call }] of Object.entries(helpers)) {
    engine.registerHelper(name, (...given: Array<unknown>) => call(...given.slice(0, -1)))
  }
  engine.registerHelper(emit, (index: number, value: unknown, { data }: { data: { hoisted: Array<Hoisted> } }) => {
    const place = places[index]
    return place?.write(value, (text) => variableName(indexOf(data.hoisted, { ...place, text })))
  })
  // Handlebars wraps all that there are each time that it renders.
  const called = namesIn(program)
  for (const name of Object.keys(engine.helpers)) {
    if (!called.has(name) && !calledByOthers.has(name)) engine.unregisterHelper(name)
  }
  const knownHelpers = Object.fromEntries([...builtins, ...Object.keys(helpers), emit].map((name) => [name, true]))
  const run = engine.compile(program, { noEscape: true, strict: true, knownHelpers, knownHelpersOnly: true })
  return (inputs) => {
    const hoisted: Array<Hoisted> = []
    return { text: run(inputs, { data: { hoisted } }), hoisted }
  }
}

/** Names of inputs and helpers. */
const namesIn = (program: hbs.AST.Program): ReadonlySet<string> => {
  const names = new Set<string>()
  const visitor = new Handlebars.Visitor()
  visitor.PathExpression = ({ original }) => void names.add(original)
  visitor.accept(program)
  return names
}

/** Where the text stands among the hoisted; it is added when it does not. */
const indexOf = (hoisted: Array<Hoisted>, { line, name, text }: Hoisted): number => {
  const known = hoisted.findIndex((other) => other.name === name && other.text === text)
  return known === -1 ? hoisted.push({ name, line, text }) - 1 : known
}

const builtins = ["if", "unless", "each", "with"]
/** By Handlebars' own helpers. */
const calledByOthers: ReadonlySet<string> = new Set(["if", "each", "helperMissing", "blockHelperMissing"])

/** The check at load leaves nothing to throw; should it be wrong, the run fails and not the controller. */
const attempted = ({ file }: CatalogEntry, evaluate: () => Evaluated): Result.Result<Evaluated, TemplateProblem> =>
  Result.try({
    try: evaluate,
    catch: (error) => ({ file, reason: "Syntax", message: error instanceof Error ? error.message : String(error) })
  })

const finished = (
  { file, language }: CatalogEntry,
  { hoisted, text }: Evaluated
): Result.Result<string, TemplateProblem> => {
  if (language === "shell") {
    const problem = hoisted.length === 0 ? undefined : scriptProblem(file, text, hoisted)
    return problem === undefined
      ? Result.succeed(withVariables(text, hoisted.map(({ text }) => text)))
      : Result.fail(problem)
  }
  return language === "json" ? checkedJson(file, text) : Result.succeed(text)
}

/** What is wrong with the texts of one run in a script: the check at load took each way of each condition, but not all of them together. */
const scriptProblem = (file: string, script: string, hoisted: ReadonlyArray<Hoisted>): TemplateProblem | undefined => {
  const nul = hoisted.find(({ text }) => text.includes("\0"))
  if (nul !== undefined) {
    return { file, reason: "Unrepresentable", message: `${nul.name} holds NUL, which no script can` }
  }
  const { options, refused } = shellPlaces(script)
  for (const [index, { line, name, text }] of hoisted.entries()) {
    const reason = refused.get(index)
    if (reason !== undefined) return { file, line, reason: "Placement", message: misplaced(name, reason) }
    const command = options.get(index)
    if (command !== undefined && text.startsWith("-")) {
      const message =
        `${name} begins with "-", which ${command} takes for an option; write -- before it, or text in front of it`
      return { file, line, reason: "Unrepresentable", message }
    }
  }
  return undefined
}

const checkedJson = (file: string, text: string): Result.Result<string, TemplateProblem> =>
  Result.try({
    try: () => {
      JSON.parse(text)
      return text
    },
    catch: (error) => ({
      file,
      reason: "InvalidJson",
      message: `is not JSON once rendered: ${error instanceof Error ? error.message : String(error)}`
    })
  })
