/**
 * Whether two JSON values say the same, whatever the order of their keys. Compares at once where Effect's Equal first hashes both, which
 * for statuses that are made to be compared once was a third of a plan; and makes nothing, since it is asked of every event.
 */
type Fields = Readonly<Record<string, unknown>>

export const sameJson = (left: unknown, right: unknown): boolean => {
  if (left === right) return true
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false
  return Array.isArray(left)
    ? Array.isArray(right) && sameList(left, right)
    : !Array.isArray(right) && sameFields(left, right)
}

const sameList = (left: ReadonlyArray<unknown>, right: ReadonlyArray<unknown>): boolean => {
  if (left.length !== right.length) return false
  for (let index = 0; index < left.length; index++) {
    if (!sameJson(left[index], right[index])) return false
  }
  return true
}

/** Of two objects without what they inherit; fields of `except` may differ. */
export const sameFields = (left: object, right: object, except?: ReadonlySet<string>): boolean => {
  const [before, after] = [left as Fields, right as Fields]
  let more = 0
  for (const key in before) {
    if (except?.has(key) === true) continue
    if (!Object.hasOwn(after, key) || !sameJson(before[key], after[key])) return false
    more += 1
  }
  for (const key in after) if (except?.has(key) !== true) more -= 1
  return more === 0
}
