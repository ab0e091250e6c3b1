/**
 * Runs of one kind and namespace in an order that is kept: what has changed since it was last read is put in its place then. Of a run it has no
 * more than what never changes of it.
 */

/** What never changes of a run, and is what lists go on from. */
export interface RunPlace {
  readonly name: string
  /** RFC 3339; "" where it has none. */
  readonly createdAt: string
}

type Compare = (left: RunPlace, right: RunPlace) => number

const compareTexts = (left: string, right: string): number => left === right ? 0 : left < right ? -1 : 1

export const byName: Compare = (left, right) => compareTexts(left.name, right.name)

/** Of the same second, by name. */
export const byAge: Compare = (left, right) => compareTexts(left.createdAt, right.createdAt) || byName(left, right)

/** Changes that are remembered until somebody reads; more than that are a new order. */
const mostChanges = 1000

export interface RunOrder {
  /** A run that is there, has changed, or is gone. */
  readonly changed: (name: string) => void
  /** All that are there now. */
  readonly places: () => ReadonlyArray<RunPlace>
  /** Index of a place, or of where it would be; and of what comes after it. */
  readonly around: (place: RunPlace) => readonly [at: number, past: number]
}

export const makeRunOrder = (
  compare: Compare,
  runs: { readonly all: () => Iterable<RunPlace>; readonly get: (name: string) => RunPlace | undefined }
): RunOrder => {
  let places: Array<RunPlace> | undefined
  const changes = new Set<string>()

  const placeOf = ({ createdAt, name }: RunPlace): RunPlace => ({ name, createdAt })

  const indexIn = (all: ReadonlyArray<RunPlace>, place: RunPlace): number => {
    let [low, high] = [0, all.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const there = all[middle]
      if (there !== undefined && compare(there, place) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  const stands = (all: ReadonlyArray<RunPlace>, place: RunPlace): boolean => {
    const there = all[indexIn(all, place)]
    return there !== undefined && compare(there, place) === 0
  }

  /** Most changes are of runs that are where they were. */
  const current = (): Array<RunPlace> => {
    if (places === undefined) {
      changes.clear()
      places = Array.from(runs.all(), placeOf).sort(compare)
      return places
    }
    const moved = new Set<string>()
    const come: Array<RunPlace> = []
    for (const name of changes) {
      const now = runs.get(name)
      if (now !== undefined && stands(places, now)) continue
      moved.add(name)
      if (now !== undefined) come.push(placeOf(now))
    }
    changes.clear()
    if (moved.size > 0) places = [...places.filter(({ name }) => !moved.has(name)), ...come].sort(compare)
    return places
  }

  return {
    changed: (name) => {
      if (places === undefined) return
      changes.add(name)
      if (changes.size <= mostChanges) return
      places = undefined
      changes.clear()
    },
    places: current,
    around: (place) => {
      const all = current()
      const at = indexIn(all, place)
      return [at, stands(all, place) ? at + 1 : at]
    }
  }
}
