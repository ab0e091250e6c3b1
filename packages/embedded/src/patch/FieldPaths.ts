/**
 * Sets of fields, as managedFields record them. In memory a set of paths; on the wire FieldsV1, a tree of `f:name`, `k:{keys}` and
 * `v:value` elements in which `.` marks an element that is itself a member beside its children.
 */
import { isJsonObject, type JsonObject } from "../objects/StoredObject.ts"

/** Elements joined by NUL. */
export type FieldPath = string
export type FieldPaths = ReadonlySet<FieldPath>

const separator = "\0"

export const rootPath: FieldPath = ""

export const childPath = (path: FieldPath, element: string): FieldPath =>
  path === rootPath ? element : path + separator + element

export const fieldElement = (name: string): string => `f:${name}`
export const keyElement = (keys: JsonObject): string => `k:${JSON.stringify(keys)}`
export const valueElement = (value: unknown): string => `v:${JSON.stringify(value)}`

/** Whether the path names an item of a list. */
export const isItemPath = (path: FieldPath): boolean => !path.slice(path.lastIndexOf(separator) + 1).startsWith("f:")

export const isWithin = (path: FieldPath, ancestor: FieldPath): boolean => path.startsWith(ancestor + separator)

export const union = (...sets: ReadonlyArray<FieldPaths>): FieldPaths => new Set(sets.flatMap((set) => [...set]))

export const difference = (set: FieldPaths, ...others: ReadonlyArray<FieldPaths>): FieldPaths =>
  new Set([...set].filter((path) => !others.some((other) => other.has(path))))

export const intersection = (set: FieldPaths, other: FieldPaths): FieldPaths =>
  new Set([...set].filter((path) => other.has(path)))

export const sameSet = (a: FieldPaths, b: FieldPaths): boolean =>
  a.size === b.size && [...a].every((path) => b.has(path))

interface Node {
  member: boolean
  readonly children: Map<string, Node>
}

const makeNode = (): Node => ({ member: false, children: new Map() })

export const toFieldsV1 = (paths: FieldPaths): JsonObject => {
  const root = makeNode()
  for (const path of [...paths].sort()) {
    let node = root
    for (const element of path.split(separator)) {
      const next = node.children.get(element) ?? makeNode()
      node.children.set(element, next)
      node = next
    }
    node.member = true
  }
  return formatted(root)
}

const formatted = ({ children, member }: Node): JsonObject =>
  Object.fromEntries([
    ...(member && children.size > 0 ? [[".", {}] as const] : []),
    ...[...children].map(([element, child]) => [element, formatted(child)] as const)
  ])

export const fromFieldsV1 = (fields: unknown): FieldPaths => {
  const paths = new Set<FieldPath>()
  const visit = (node: unknown, path: FieldPath): void => {
    const entries = isJsonObject(node) ? Object.entries(node) : []
    if (path !== rootPath && entries.length === 0) paths.add(path)
    for (const [element, child] of entries) {
      if (element === ".") paths.add(path)
      else visit(child, childPath(path, element))
    }
  }
  visit(fields, rootPath)
  return paths
}

/** `.spec.containers[name="x"].image`, as conflicts name fields. */
export const describePath = (path: FieldPath): string => path.split(separator).map(describeElement).join("")

const describeElement = (element: string): string => {
  const content = element.slice(2)
  if (element.startsWith("f:")) return `.${content}`
  if (element.startsWith("v:")) return `[=${content}]`
  const keys: unknown = JSON.parse(content)
  const pairs = isJsonObject(keys) ? Object.entries(keys).map(([key, value]) => `${key}=${JSON.stringify(value)}`) : []
  return `[${pairs.join(",")}]`
}
