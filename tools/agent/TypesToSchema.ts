/**
 * TypeScript's types of data as JSON Schema: interfaces, literals, unions, intersections, lists and references, which is what the types of
 * an API are made of. What it does not know is anything.
 */
import { parseAst } from "rolldown/parseAst"
import { at, isObject, type Json } from "./Json.ts"

const list = (node: unknown, ...path: ReadonlyArray<string>): ReadonlyArray<unknown> => {
  const found = at(node, ...path)
  return Array.isArray(found) ? found : []
}

const typeOf = (node: unknown): string => String(at(node, "type"))

const keyOf = (member: unknown): string => String(at(member, "key", "name") ?? at(member, "key", "value"))

const properties = (node: unknown): ReadonlyArray<unknown> =>
  [...list(node, "members"), ...list(node, "body", "body")].filter((each) => typeOf(each) === "TSPropertySignature")

const valueIn = (member: unknown): unknown => at(member, "typeAnnotation", "typeAnnotation")

export type Declarations = ReadonlyMap<string, unknown>

const memberOf = (node: unknown, key: string): unknown => valueIn(properties(node).find((each) => keyOf(each) === key))

/** What stands at a place of nested types; undefined where there is nothing, or `never`. `operations["name"]` is followed. */
export const valueOf = (declarations: Declarations, [first = "", ...rest]: ReadonlyArray<string>): unknown => {
  const found = rest.reduce<unknown>((from, key) => {
    const member = memberOf(from, key)
    return at(member, "objectType", "typeName", "name") === "operations"
      ? memberOf(declarations.get("operations"), String(at(member, "indexType", "literal", "value")))
      : member
  }, declarations.get(first))
  return found === undefined || typeOf(found) === "TSNeverKeyword" ? undefined : found
}

export const namesIn = (node: unknown): ReadonlyArray<string> => properties(node).map(keyOf)

/** Interfaces, aliases and enums by name; the schemas of an OpenAPI document among them. */
export const declarationsOf = (text: string): Declarations => {
  const program: unknown = parseAst(text, { lang: "dts" })
  const found = new Map<string, unknown>()
  for (const statement of list(program, "body")) {
    const node = at(statement, "declaration") ?? statement
    if (/^TS(?:Interface|TypeAlias|Enum)Declaration$/.test(typeOf(node))) {
      found.set(String(at(node, "id", "name")), node)
    }
  }
  for (const member of properties(valueOf(found, ["components", "schemas"]))) found.set(keyOf(member), valueIn(member))
  return found
}

const keywords: Readonly<Record<string, Json>> = {
  TSStringKeyword: { type: "string" },
  TSNumberKeyword: { type: "number" },
  TSBooleanKeyword: { type: "boolean" },
  TSNullKeyword: { type: "null" },
  TSNeverKeyword: { not: {} }
}

const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })

const objectOf = (members: ReadonlyArray<unknown>, declarations: Declarations): Json => ({
  type: "object",
  properties: Object.fromEntries(members.map((each) => [keyOf(each), schemaOf(valueIn(each), declarations)])),
  required: members.filter((each) => at(each, "optional") !== true).map(keyOf)
})

/** Texts of a union of literals; a type without one of its names. */
const literalsOf = (node: unknown): ReadonlyArray<string> =>
  typeOf(node) === "TSUnionType"
    ? list(node, "types").flatMap(literalsOf)
    : typeOf(node) === "TSLiteralType"
    ? [String(at(node, "literal", "value"))]
    : []

const changed = (schema: Json, keeps: (name: string) => boolean): Json => ({
  ...schema,
  ...(isObject(schema["properties"])
    ? { properties: Object.fromEntries(Object.entries(schema["properties"]).filter(([name]) => keeps(name))) }
    : {}),
  ...(Array.isArray(schema["required"]) ? { required: schema["required"].filter((name) => keeps(String(name))) } : {}),
  ...(Array.isArray(schema["allOf"]) ? { allOf: schema["allOf"].map((each) => changed(each, keeps)) } : {})
})

/** A type in place of a reference to it. */
const inlined = (node: unknown, declarations: Declarations): Json => {
  const schema = schemaOf(node, declarations)
  const name = String(schema["$ref"] ?? "").replace("#/components/schemas/", "")
  return declarations.has(name) ? schemaOf(declarations.get(name), declarations) : schema
}

const referenceOf = (node: unknown, declarations: Declarations): Json => {
  const name = String(at(node, "typeName", "name"))
  const [first, second] = list(node, "typeArguments", "params")
  switch (name) {
    case "Array":
    case "ReadonlyArray":
      return { type: "array", items: schemaOf(first, declarations) }
    case "Readonly":
      return schemaOf(first, declarations)
    case "Partial":
      return { ...inlined(first, declarations), required: [] }
    case "Record":
      return { type: "object" }
    case "Date":
      return { type: "string" }
    case "Omit":
    case "MappedOmit":
      return changed(inlined(first, declarations), (key) => !literalsOf(second).includes(key))
    case "Pick":
      return changed(inlined(first, declarations), (key) => literalsOf(second).includes(key))
    default:
      return declarations.has(name) ? reference(name) : {}
  }
}

/** Members of clients' enums, as the API has them. */
const enumOf = (node: unknown): Json => ({
  enum: list(node, "body", "members").flatMap((each) => {
    const name = String(at(each, "id", "name") ?? at(each, "id", "value"))
    return [name.slice(0, 1).toLowerCase() + name.slice(1), at(each, "initializer", "value")]
  })
})

export const schemaOf = (node: unknown, declarations: Declarations): Json => {
  const inner = (each: unknown) => schemaOf(each, declarations)
  switch (typeOf(node)) {
    case "TSInterfaceDeclaration": {
      const parents = list(node, "extends").map((each) => at(each, "expression", "name")).map(String)
        .filter((name) => declarations.has(name)).map(reference)
      const own = objectOf(properties(node), declarations)
      return parents.length === 0 ? own : { allOf: [...parents, own] }
    }
    case "TSTypeAliasDeclaration":
      return inner(at(node, "typeAnnotation"))
    case "TSEnumDeclaration":
      return enumOf(node)
    case "TSTypeLiteral":
      return objectOf(properties(node), declarations)
    case "TSUnionType":
      return { anyOf: list(node, "types").filter((each) => typeOf(each) !== "TSUndefinedKeyword").map(inner) }
    case "TSIntersectionType":
      return { allOf: list(node, "types").map(inner) }
    case "TSArrayType":
      return { type: "array", items: inner(at(node, "elementType")) }
    case "TSTypeOperator":
    case "TSParenthesizedType":
      return inner(at(node, "typeAnnotation"))
    case "TSLiteralType":
      return { enum: [at(node, "literal", "value")] }
    case "TSIndexedAccessType":
      return typeOf(at(node, "objectType")) === "TSIndexedAccessType"
        ? reference(String(at(node, "indexType", "literal", "value")))
        : {}
    case "TSTypeReference":
      return referenceOf(node, declarations)
    default:
      return keywords[typeOf(node)] ?? {}
  }
}
