/** RFC 6902, on values that are never changed in place. */
import type { JsonPatchOperation } from "@orchestrator/k8s/KubernetesClient"
import { Result } from "effect"
import { equalJson } from "../objects/Share.ts"
import { isJsonObject } from "../objects/StoredObject.ts"

type Patched = Result.Result<unknown, string>

/** Fails with the sentence that names the operation which cannot be done; nothing is done then. */
export const jsonPatch = (target: unknown, operations: ReadonlyArray<JsonPatchOperation>): Patched => {
  let value = target
  for (const operation of operations) {
    const next = applyOperation(value, operation)
    if (Result.isFailure(next)) return next
    value = next.success
  }
  return Result.succeed(value)
}

const applyOperation = (target: unknown, operation: JsonPatchOperation): Patched => {
  const path = parsePointer(operation.path)
  const from = operation.from === undefined ? undefined : parsePointer(operation.from)
  if (path === undefined) {
    return Result.fail(`${operation.op}: path ${JSON.stringify(operation.path)} is no JSON pointer`)
  }
  switch (operation.op) {
    case "add":
      return addAt(target, path, operation.value)
    case "remove":
      return removeAt(target, path)
    case "replace":
      return replaceAt(target, path, operation.value)
    case "test":
      return Result.flatMap(valueAt(target, path), (found) =>
        equalJson(found, operation.value)
          ? Result.succeed(target)
          : Result.fail(`testing path ${operation.path} failed: found ${JSON.stringify(found)}`))
    case "move":
      if (from === undefined) return Result.fail("move needs from")
      if (operation.path.startsWith(`${operation.from}/`)) return Result.fail("move into itself")
      return Result.flatMap(
        valueAt(target, from),
        (value) => Result.flatMap(removeAt(target, from), (rest) => addAt(rest, path, value))
      )
    case "copy":
      if (from === undefined) return Result.fail("copy needs from")
      return Result.flatMap(valueAt(target, from), (value) => addAt(target, path, value))
    default:
      return Result.fail(`unknown operation ${JSON.stringify(operation.op)}`)
  }
}

/** Undefined when it is none. */
const parsePointer = (text: unknown): ReadonlyArray<string> | undefined => {
  if (text === "") return []
  if (typeof text !== "string" || !text.startsWith("/")) return undefined
  return text.slice(1).split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
}

const missing = (path: ReadonlyArray<string>): Result.Result<never, string> =>
  Result.fail(`path /${path.join("/")} does not exist`)

const indexOf = (items: ReadonlyArray<unknown>, key: string): number | undefined => {
  const index = /^(0|[1-9]\d*)$/.test(key) ? Number(key) : undefined
  return index === undefined || index > items.length ? undefined : index
}

const valueAt = (target: unknown, path: ReadonlyArray<string>): Patched => {
  let value = target
  for (const key of path) {
    if (Array.isArray(value)) {
      const index = indexOf(value, key)
      if (index === undefined || index >= value.length) return missing(path)
      value = value[index]
    } else if (isJsonObject(value) && Object.hasOwn(value, key)) value = value[key]
    else return missing(path)
  }
  return Result.succeed(value)
}

/** Rebuilds the way down to the parent of what the path names. */
const changeAt = (
  target: unknown,
  path: ReadonlyArray<string>,
  change: (parent: unknown, key: string) => Patched
): Patched => {
  const [key, ...rest] = path
  if (key === undefined) return missing(path)
  if (rest.length === 0) return change(target, key)
  return Result.flatMap(
    valueAt(target, [key]),
    (child) => Result.map(changeAt(child, rest, change), (changed) => replaced(target, key, changed))
  )
}

const replaced = (parent: unknown, key: string, value: unknown): unknown =>
  Array.isArray(parent) ? parent.with(Number(key), value) : { ...(isJsonObject(parent) ? parent : {}), [key]: value }

const addAt = (target: unknown, path: ReadonlyArray<string>, value: unknown): Patched => {
  if (path.length === 0) return Result.succeed(value)
  return changeAt(target, path, (parent, key) => {
    if (isJsonObject(parent)) return Result.succeed({ ...parent, [key]: value })
    if (!Array.isArray(parent)) return missing(path)
    const index = key === "-" ? parent.length : indexOf(parent, key)
    return index === undefined ? missing(path) : Result.succeed(parent.toSpliced(index, 0, value))
  })
}

/** A member that is not there is added, as the API server does; an item is not. */
const replaceAt = (target: unknown, path: ReadonlyArray<string>, value: unknown): Patched =>
  path.length === 0 ? Result.succeed(value) : changeAt(target, path, (parent, key) => {
    if (Array.isArray(parent) && Result.isFailure(valueAt(parent, [key]))) return missing(path)
    return isJsonObject(parent) || Array.isArray(parent)
      ? Result.succeed(replaced(parent, key, value))
      : missing(path)
  })

const removeAt = (target: unknown, path: ReadonlyArray<string>): Patched =>
  Result.flatMap(valueAt(target, path), () =>
    changeAt(target, path, (parent, key) => {
      if (Array.isArray(parent)) return Result.succeed(parent.toSpliced(Number(key), 1))
      const { [key]: _removed, ...rest } = isJsonObject(parent) ? parent : {}
      return Result.succeed(rest)
    }))
