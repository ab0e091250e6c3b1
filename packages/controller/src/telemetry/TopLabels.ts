/**
 * Values of a label, such as users, of which there may be any number: those that weigh most have a series of their own, the others share
 * `other`. One that outweighs the smallest that is shown takes its place; what both are counted from then on is counted there.
 */
export interface TopLabels {
  /** Counts the weight for the value, and answers with the label that it is told under, and with the one that is told no longer. */
  readonly labelOf: (value: string, weight: number) => { readonly label: string; readonly dropped?: string }
}

export const other = "other"

/** Values whose weight is remembered, for each that is shown. */
const remembered = 8

const lightest = (weights: ReadonlyMap<string, number>, among: Iterable<string>): string | undefined => {
  let found: string | undefined
  for (const each of among) {
    if (found === undefined || (weights.get(each) ?? 0) < (weights.get(found) ?? 0)) found = each
  }
  return found
}

export const makeTopLabels = (most: number): TopLabels => {
  const weights = new Map<string, number>()
  const shown = new Set<string>()
  const forget = () => {
    if (weights.size <= most * remembered) return
    const light = lightest(weights, [...weights.keys()].filter((each) => !shown.has(each)))
    if (light !== undefined) weights.delete(light)
  }
  return {
    labelOf: (value, weight) => {
      weights.set(value, (weights.get(value) ?? 0) + weight)
      if (shown.has(value)) return { label: value }
      if (shown.size < most) {
        shown.add(value)
        return { label: value }
      }
      const smallest = lightest(weights, shown)
      // Twice its weight: two that weigh about the same do not take turns.
      if (smallest !== undefined && (weights.get(value) ?? 0) > 2 * (weights.get(smallest) ?? 0)) {
        shown.delete(smallest)
        shown.add(value)
        return { label: value, dropped: smallest }
      }
      forget()
      return { label: other }
    }
  }
}

/** The largest by their sum, with the rest under `other`. */
export const largest = (sums: ReadonlyMap<string, number>, most: number): ReadonlyArray<readonly [string, number]> => {
  const sorted = [...sums].toSorted(([, left], [, right]) => right - left)
  if (sorted.length <= most) return sorted
  return [...sorted.slice(0, most), [other, sorted.slice(most).reduce((sum, [, each]) => sum + each, 0)]]
}
