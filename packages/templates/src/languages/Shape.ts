/** What kind of value stands behind a name, read off the schema of the inputs. Templates are checked against it before any run exists. */
import { type Schema, SchemaAST } from "effect"

export type Shape =
  | { readonly kind: "text" }
  | { readonly kind: "number" }
  | { readonly kind: "boolean" }
  | { readonly kind: "list"; readonly item: Shape }
  | { readonly kind: "object"; readonly fields: Readonly<Record<string, Shape>> }

export const text: Shape = { kind: "text" }
export const number: Shape = { kind: "number" }
export const boolean: Shape = { kind: "boolean" }

export const isScalar = ({ kind }: Shape): boolean => kind !== "list" && kind !== "object"

/** The shape that a schema's values have. */
export const shapeOf = (schema: Schema.Constraint): Shape => ofAst(schema.ast)

const ofAst = (ast: SchemaAST.AST): Shape => {
  if (SchemaAST.isNumber(ast)) return number
  if (SchemaAST.isBoolean(ast)) return boolean
  if (SchemaAST.isString(ast)) return text
  if (SchemaAST.isLiteral(ast)) return typeof ast.literal === "string" ? text : number
  if (SchemaAST.isArrays(ast) && ast.rest[0] !== undefined) return { kind: "list", item: ofAst(ast.rest[0]) }
  if (SchemaAST.isObjects(ast)) {
    return {
      kind: "object",
      fields: Object.fromEntries(ast.propertySignatures.map(({ name, type }) => [String(name), ofAst(type)]))
    }
  }
  throw new Error(`inputs of templates are texts, numbers, booleans, lists and objects; found ${ast._tag}`)
}

/** A value of the shape: with everything there, or with everything empty. */
export const sample = (shape: Shape, filled: boolean): unknown => {
  switch (shape.kind) {
    case "text":
      return filled ? "sample" : ""
    case "number":
      return filled ? 1 : 0
    case "boolean":
      return filled
    case "list":
      return filled ? [sample(shape.item, true), sample(shape.item, true)] : []
    case "object":
      return Object.fromEntries(Object.entries(shape.fields).map(([name, field]) => [name, sample(field, filled)]))
  }
}

/** The name nearest to a mistyped one, if any is near. */
export const nearest = (wrong: string, names: ReadonlyArray<string>): string | undefined => {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "")
  const ranked = names
    .map((name) => ({ name, far: distance(plain(wrong), plain(name)) }))
    .toSorted((a, b) => a.far - b.far)
  const best = ranked[0]
  return best !== undefined && best.far <= Math.max(2, Math.floor(wrong.length / 3)) ? best.name : undefined
}

/** Levenshtein distance. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
