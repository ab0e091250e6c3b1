/** Something that is read row by row while it grows: a conversation, or a log. Rows are numbered from 0, lines, which links name, from 1. */
import { type Conversation, placeIn } from "./Conversation.ts"
import { rowText } from "./RowText.ts"

export interface Readable {
  readonly count: () => number
  /** Rows that have become others, in the order in which they did. */
  readonly revised: ReadonlyArray<number>
  /** Rows to look at, ascending; undefined where nothing says which are. */
  readonly errors: ReadonlyArray<number> | undefined
  readonly textOf: (row: number) => string
  readonly lineOf: (row: number) => number
  readonly rowOf: (line: number) => number | undefined
}

export const readableConversation = ({ errors, revised, rowOf, rows }: Conversation): Readable => ({
  count: () => rows.length,
  revised,
  errors,
  textOf: (row) => {
    const found = rows[row]
    return found === undefined ? "" : rowText(found)
  },
  lineOf: (row) => rows[row]?.line ?? 0,
  rowOf
})

export const readableLog = (lines: ReadonlyArray<{ readonly text: string }>): Readable => ({
  count: () => lines.length,
  revised: [],
  errors: undefined,
  textOf: (row) => lines[row]?.text ?? "",
  lineOf: (row) => row + 1,
  rowOf: (line) => line >= 1 && line <= lines.length ? line - 1 : undefined
})

/** The next of these rows after one, or before it, round the end; undefined where there are none. */
export const nextOf = (rows: ReadonlyArray<number>, from: number, direction: 1 | -1): number | undefined =>
  direction === 1
    ? rows[placeIn(rows, from + 1)] ?? rows[0]
    : rows[placeIn(rows, from) - 1] ?? rows.at(-1)
