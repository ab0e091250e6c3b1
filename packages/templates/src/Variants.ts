/** The scripts that a template can become, as far as its conditions go: each way of each block, with all others taken and left out. */
import { emit, type Place } from "./Analysis.ts"
import { variableName } from "./languages/ShellLexer.ts"

type Way = "program" | "inverse"
type Ways = ReadonlyMap<hbs.AST.BlockStatement, Way>

const statements = (program: hbs.AST.Program | undefined): ReadonlyArray<hbs.AST.Statement> => program?.body ?? []

const isBlock = (node: hbs.AST.Statement): node is hbs.AST.BlockStatement => node.type === "BlockStatement"
const isContent = (node: hbs.AST.Statement): node is hbs.AST.ContentStatement => node.type === "ContentStatement"
/** After the analysis every path is a name, and every value a call of `emit`. */
const isValue = (node: hbs.AST.Statement): node is hbs.AST.MustacheStatement & { path: hbs.AST.PathExpression } =>
  node.type === "MustacheStatement"

/** Each block with each of its ways, and the ways that lead to it. */
const ways = (program: hbs.AST.Program | undefined, to: Ways): ReadonlyArray<Ways> =>
  statements(program).filter(isBlock).flatMap((block) =>
    (["program", "inverse"] as const).flatMap((way) => {
      const here = new Map([...to, [block, way] as const])
      return [here, ...ways(block[way], here)]
    })
  )

/** The template's texts along these ways; the value of place n is the variable n. */
const along = (program: hbs.AST.Program | undefined, chosen: Ways, other: Way, places: ReadonlyArray<Place>): string =>
  statements(program).map((node) => {
    if (isContent(node)) return node.value
    if (isBlock(node)) {
      const way = chosen.get(node) ?? other
      const text = along(node[way], chosen, other, places)
      return way === "program" && node.path.original === "each" ? text + text : text
    }
    return isValue(node) ? valueText(node, places) : ""
  }).join("")

const valueText = (
  { params, path }: hbs.AST.MustacheStatement & { path: hbs.AST.PathExpression },
  places: ReadonlyArray<Place>
): string => {
  const index = Number((params[0] as hbs.AST.NumberLiteral | undefined)?.value)
  return path.original === emit ? places[index]?.write(1, () => variableName(index)) ?? "" : ""
}

/** Scripts that together take every way of every block. */
export const variants = (program: hbs.AST.Program, places: ReadonlyArray<Place>): ReadonlySet<string> => {
  const chosen = [new Map(), ...ways(program, new Map())]
  return new Set(
    chosen.flatMap((to) => (["program", "inverse"] as const).map((other) => along(program, to, other, places)))
  )
}
