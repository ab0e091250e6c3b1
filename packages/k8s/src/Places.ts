/**
 * Whole numbers found by other ones: the places of objects by hashes of what they are found under. A table of eight bytes for each in one buffer,
 * where a Map of texts has ten times as much: cells of hash and place, each as near as there is room to where its hash belongs.
 */

/** Of texts without a meaning outside of this process: nobody who chooses names can know it. */
const [seed = 0] = globalThis.crypto.getRandomValues(new Int32Array(1))

/** A hash of 32 bits, as a signed integer. */
export const hashOf = (text: string, start = seed): number => {
  let hash = start
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}

export interface Places {
  readonly add: (hash: number, place: number) => void
  readonly remove: (hash: number, place: number) => void
  readonly of: (hash: number) => Iterable<number>
  /** Gives each place another number. */
  readonly move: (to: (place: number) => number) => void
}

const none: ReadonlyArray<number> = []
const fewestCells = 8
/** In place of a place: there are several. */
const several = -1

export const makePlaces = (): Places => {
  let capacity = fewestCells
  /** Two numbers each: the hash, and one more than the place; 0 where there is none. */
  let cells = new Int32Array(2 * capacity)
  let used = 0
  /** Of hashes that have several, in the order in which they came: a Set is larger, and none has the same place twice. */
  const lists = new Map<number, Array<number>>()

  /** The cell where a hash belongs: its bits are mixed, since the lowest differ least. */
  const home = (hash: number): number => {
    const mixed = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> 0
    return Math.min(capacity - 1, Math.floor(mixed * capacity / 0x100000000))
  }
  const after = (cell: number): number => cell + 1 === capacity ? 0 : cell + 1
  const hashAt = (cell: number): number => cells[2 * cell] ?? 0
  const valueAt = (cell: number): number => cells[2 * cell + 1] ?? 0
  const write = (cell: number, hash: number, value: number) => {
    cells[2 * cell] = hash
    cells[2 * cell + 1] = value
  }
  /** The cell that has a hash, or the empty one where it would be. */
  const find = (hash: number): number => {
    let cell = home(hash)
    while (valueAt(cell) !== 0 && hashAt(cell) !== hash) cell = after(cell)
    return cell
  }
  const resize = (to: number) => {
    const before = cells
    capacity = to
    cells = new Int32Array(2 * capacity)
    for (let at = 0; at < before.length; at += 2) {
      const [hash = 0, value = 0] = [before[at], before[at + 1]]
      if (value !== 0) write(find(hash), hash, value)
    }
  }
  /** What stands behind an empty cell and belongs before it would not be found any more. */
  const close = (empty: number) => {
    let hole = empty
    for (let cell = after(hole); valueAt(cell) !== 0; cell = after(cell)) {
      const wanted = home(hashAt(cell))
      const staysBehind = hole <= cell ? hole < wanted && wanted <= cell : hole < wanted || wanted <= cell
      if (staysBehind) continue
      write(hole, hashAt(cell), valueAt(cell))
      hole = cell
    }
    write(hole, 0, 0)
  }

  return {
    add: (hash, place) => {
      const cell = find(hash)
      const value = valueAt(cell)
      if (value === 0) {
        write(cell, hash, place + 1)
        used += 1
        // Fuller than this, what is next to each other gets long.
        if (used > capacity * 0.8) resize(Math.ceil(capacity * 1.5))
      } else if (value === several) {
        const list = lists.get(hash)
        if (list?.at(-1) !== place) list?.push(place)
      } else if (value !== place + 1) {
        lists.set(hash, [value - 1, place])
        write(cell, hash, several)
      }
    },
    remove: (hash, place) => {
      const cell = find(hash)
      const value = valueAt(cell)
      const list = value === several ? lists.get(hash) : undefined
      if (value === 0 || (list === undefined && value !== place + 1)) return
      const index = list?.indexOf(place) ?? -1
      if (index >= 0) list?.splice(index, 1)
      if (list !== undefined && list.length > 0) return
      lists.delete(hash)
      close(cell)
      used -= 1
      if (used < capacity / 4 && capacity > fewestCells) resize(Math.max(fewestCells, Math.ceil(capacity / 2)))
    },
    of: (hash) => {
      const value = valueAt(find(hash))
      return value === 0 ? none : value === several ? lists.get(hash) ?? none : [value - 1]
    },
    move: (to) => {
      for (let cell = 0; cell < capacity; cell++) {
        const value = valueAt(cell)
        if (value > 0) write(cell, hashAt(cell), to(value - 1) + 1)
      }
      for (const [hash, list] of lists) lists.set(hash, list.map(to))
    }
  }
}
