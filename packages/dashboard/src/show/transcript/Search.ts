/**
 * Which rows of something that grows have the words that are looked for. It is looked through a part at a time, so that neither a long
 * conversation nor one that is spoken meanwhile makes a page wait; a row that has changed is looked at again.
 */
import { placeIn, putInto } from "./Conversation.ts"

export interface Search {
  /** Ascending. */
  readonly found: ReadonlyArray<number>
  /** Rows that have been looked at. */
  readonly seen: number
  /** Looks at the next rows; whether there are more. */
  readonly step: (rows: number, most: number) => boolean
  /** A row that has been looked at is another now. */
  readonly changed: (row: number) => void
}

export const makeSearch = (finder: RegExp, textOf: (row: number) => string): Search => {
  const found: Array<number> = []
  let seen = 0
  const has = (row: number) => {
    finder.lastIndex = 0
    return finder.test(textOf(row))
  }
  return {
    found,
    get seen() {
      return seen
    },
    step: (rows, most) => {
      const end = Math.min(rows, seen + most)
      for (; seen < end; seen++) if (has(seen)) found.push(seen)
      return seen < rows
    },
    changed: (row) => {
      if (row >= seen) return
      if (has(row)) putInto(found, row)
      else if (found[placeIn(found, row)] === row) found.splice(placeIn(found, row), 1)
    }
  }
}

/** The next of these rows after one, or before it, round the end; undefined where there are none. */
export const nextOf = (rows: ReadonlyArray<number>, from: number, direction: 1 | -1): number | undefined =>
  direction === 1
    ? rows[placeIn(rows, from + 1)] ?? rows[0]
    : rows[placeIn(rows, from) - 1] ?? rows.at(-1)
