/**
 * Which rows of something that grows have the words that are looked for. It is looked through a part at a time, so that neither a long
 * conversation nor one that is spoken meanwhile makes a page wait; a row that has changed is looked at again.
 */
import { placeIn, putInto } from "./Conversation.ts"
import type { Readable } from "./Readable.ts"

export interface Search {
  /** Ascending. */
  readonly found: ReadonlyArray<number>
  /** Looks at so many of the next rows; whether there are more. */
  readonly step: (most: number) => boolean
}

export const makeSearch = (finder: RegExp, { count, revised, textOf }: Readable): Search => {
  const found: Array<number> = []
  let seen = 0
  let revisions = 0
  const has = (row: number) => {
    finder.lastIndex = 0
    return finder.test(textOf(row))
  }
  const again = (row: number) => {
    if (row >= seen) return
    if (has(row)) putInto(found, row)
    else if (found[placeIn(found, row)] === row) found.splice(placeIn(found, row), 1)
  }
  return {
    found,
    step: (most) => {
      const [rows, changes] = [Math.min(count(), seen + most), Math.min(revised.length, revisions + most)]
      for (; revisions < changes; revisions++) again(revised[revisions] ?? 0)
      for (; seen < rows; seen++) if (has(seen)) found.push(seen)
      return seen < count() || revisions < revised.length
    }
  }
}
