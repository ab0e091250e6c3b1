/** Equality of JSON values: absent and undefined keys are the same. */
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

export const jsonEqual = (left: unknown, right: unknown): boolean => {
  if (left === right) return true
  if (!isRecord(left) || !isRecord(right) || Array.isArray(left) !== Array.isArray(right)) return false
  const keys = new Set([...Object.keys(left), ...Object.keys(right)])
  return [...keys].every((key) => jsonEqual(left[key], right[key]))
}
