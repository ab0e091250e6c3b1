/**
 * Whether two JSON values say the same, whatever the order of their keys. Compares at once where Effect's Equal first hashes both, which
 * for statuses that are made to be compared once was a third of a plan.
 */
export const sameJson = (left: unknown, right: unknown): boolean => {
  if (left === right) return true
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length &&
      left.every((value, index) => sameJson(value, right[index]))
  }
  if (Array.isArray(right)) return false
  const keys = Object.keys(left)
  return keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameJson(Reflect.get(left, key), Reflect.get(right, key)))
}
