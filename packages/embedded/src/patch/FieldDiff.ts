/** Which fields an object has, and which differ between two versions of it; what only the server sets is nobody's. */
import { equalJson } from "../objects/Share.ts"
import { isJsonObject } from "../objects/StoredObject.ts"
import {
  childPath,
  fieldElement,
  type FieldPath,
  type FieldPaths,
  keyElement,
  rootPath,
  valueElement
} from "./FieldPaths.ts"
import { keyValues, type Shape } from "./Shape.ts"

export interface FieldDiff {
  /** Added or with another value. */
  readonly changed: FieldPaths
  readonly removed: FieldPaths
}

const systemFields = new Set([
  ...["apiVersion", "kind"].map(fieldElement),
  ...[
    "name",
    "namespace",
    "generateName",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
    "managedFields"
  ].map((name) => childPath(fieldElement("metadata"), fieldElement(name)))
])

/** The members that describe a value: its leaves, and every item of a map list. */
export const fieldsOf = (shape: Shape, value: unknown): FieldPaths => {
  const paths = new Set<FieldPath>()
  collect(shape, value, rootPath, paths)
  return paths
}

export const diffFields = (shape: Shape, before: unknown, after: unknown): FieldDiff => {
  const changed = new Set<FieldPath>()
  const removed = new Set<FieldPath>()
  compare(shape, before, after, rootPath, changed, removed)
  return { changed, removed }
}

/** An element of a value with the part it names. */
export interface Part {
  readonly element: string
  readonly shape: Shape
  readonly value: unknown
}

/** The parts that a value is merged by; undefined when it is one value. An empty object or list is one value. */
export const partsOf = (shape: Shape, value: unknown): ReadonlyArray<Part> | undefined => {
  if (shape._tag === "Object" && isJsonObject(value)) {
    const entries = Object.entries(value).filter(([, field]) => field !== undefined)
    return entries.length === 0
      ? undefined
      : entries.map(([key, field]) => ({ element: fieldElement(key), shape: shape.field(key), value: field }))
  }
  if (!Array.isArray(value) || value.length === 0) return undefined
  if (shape._tag === "Map") {
    return value.map((item) => ({ element: keyElement(keyValues(shape.keys, item)), shape: shape.item, value: item }))
  }
  return shape._tag === "Set"
    ? value.map((item) => ({ element: valueElement(item), shape: { _tag: "Atomic" }, value: item }))
    : undefined
}

const isItem = (element: string): boolean => element.startsWith("k:")

const collect = (shape: Shape, value: unknown, path: FieldPath, paths: Set<FieldPath>): void => {
  if (systemFields.has(path)) return
  const parts = partsOf(shape, value)
  if (parts === undefined) {
    if (path !== rootPath) paths.add(path)
    return
  }
  for (const part of parts) {
    const at = childPath(path, part.element)
    if (isItem(part.element)) paths.add(at)
    collect(part.shape, part.value, at, paths)
  }
}

const compare = (
  shape: Shape,
  before: unknown,
  after: unknown,
  path: FieldPath,
  changed: Set<FieldPath>,
  removed: Set<FieldPath>
): void => {
  if (before === after || systemFields.has(path)) return
  if (before === undefined) return collectItem(shape, after, path, changed)
  if (after === undefined) return collectItem(shape, before, path, removed)
  const partsBefore = partsOf(shape, before)
  const partsAfter = partsOf(shape, after)
  if (partsBefore === undefined || partsAfter === undefined) {
    if (equalJson(before, after)) return
    if (partsAfter === undefined) changed.add(path)
    if (partsBefore !== undefined) collectItem(shape, before, path, removed)
    if (partsAfter !== undefined) collectItem(shape, after, path, changed)
    return
  }
  const old = new Map(partsBefore.map((part) => [part.element, part]))
  for (const part of partsAfter) {
    compare(part.shape, old.get(part.element)?.value, part.value, childPath(path, part.element), changed, removed)
    old.delete(part.element)
  }
  for (const part of old.values()) {
    compare(part.shape, part.value, undefined, childPath(path, part.element), changed, removed)
  }
}

const collectItem = (shape: Shape, value: unknown, path: FieldPath, paths: Set<FieldPath>): void => {
  if (path.slice(path.lastIndexOf("\0") + 1).startsWith("k:")) paths.add(path)
  collect(shape, value, path, paths)
}
