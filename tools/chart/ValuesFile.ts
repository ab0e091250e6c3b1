/**
 * chart/values.yaml as data: every value with its path, default, the comment above it, and what `@schema` in that comment adds to its JSON
 * schema. Schema, table of the README and the list of known values are made from this.
 */
import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from "yaml"
import { isObject, type Json, type JsonObject } from "./Json.ts"

export interface Value {
  /** Dotted path from the root of the values. */
  readonly path: string
  readonly key: string
  readonly description: string
  readonly default: Json
  /** What the comment adds to the schema. */
  readonly schema: JsonObject
  /** The values below a group; none below a plain value. */
  readonly children: ReadonlyArray<Value>
}

const annotation = "@schema "

/** The last paragraph of the comment: what stands apart from the key is about something else. */
const paragraph = (comment: string): ReadonlyArray<string> =>
  (comment.split(/\n\s*\n/).at(-1) ?? "").split("\n").map((line) => line.trim()).filter((line) => line !== "")

const readComment = (comment: string): Pick<Value, "description" | "schema"> => {
  const lines = paragraph(comment)
  const schema = lines.filter((line) => line.startsWith(annotation)).map((line): unknown =>
    JSON.parse(line.slice(annotation.length))
  )
  return {
    description: lines.filter((line) => !line.startsWith(annotation)).join(" "),
    schema: Object.assign({}, ...schema.filter(isObject))
  }
}

const commentOf = (map: YAMLMap, pair: Pair): string => {
  const own = isScalar(pair.key) ? pair.key.commentBefore : undefined
  return own ?? (map.items[0] === pair ? map.commentBefore ?? "" : "")
}

const valuesOf = (map: YAMLMap, prefix: string): ReadonlyArray<Value> =>
  map.items.map((pair) => {
    const key = isScalar(pair.key) ? String(pair.key.value) : ""
    const path = `${prefix}${key}`
    const node = pair.value
    const children = isMap(node) ? valuesOf(node, `${path}.`) : []
    const plain: Json = isMap(node) || !hasJson(node) ? {} : node.toJSON()
    return {
      path,
      key,
      ...readComment(commentOf(map, pair)),
      default: isMap(node) ? Object.fromEntries(children.map((each) => [each.key, each.default])) : plain,
      children
    }
  })

const hasJson = (node: unknown): node is { readonly toJSON: () => Json } =>
  typeof node === "object" && node !== null && "toJSON" in node && typeof node.toJSON === "function"

/** The values of a commented values.yaml. */
export const readValues = (text: string): ReadonlyArray<Value> => {
  const { contents } = parseDocument(text)
  return isMap(contents) ? valuesOf(contents, "") : []
}
