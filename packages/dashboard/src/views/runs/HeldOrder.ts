/**
 * Lines stay where they are while somebody is at them: values change, and what is new or would be elsewhere waits until it is asked for or
 * nobody is there any more.
 */
import { type Accessor, createMemo, createSignal } from "solid-js"
import type { RunRow } from "../../show/RunRow.ts"

export interface Line extends RunRow {
  /** It is not among the runs that are asked for any more. */
  readonly gone: boolean
}

const lines = new WeakMap<RunRow, Line>()

/** The same for the same row, so that a change of one line draws no other. */
const line = (row: RunRow): Line => {
  const known = lines.get(row)
  if (known !== undefined) return known
  const made = { ...row, gone: false }
  lines.set(row, made)
  return made
}

/** The lines of before, with the values of now. */
export const held = (before: ReadonlyArray<Line>, now: ReadonlyArray<RunRow>): ReadonlyArray<Line> => {
  const byKey = new Map(now.map((row) => [row.key, row]))
  return before.map((last) => {
    const row = byKey.get(last.key)
    return row === undefined ? { ...last, gone: true } : line(row)
  })
}

/** How many lines are new. */
const newOnes = (before: ReadonlyArray<Line>, now: ReadonlyArray<RunRow>): number => {
  const known = new Set(before.map(({ key }) => key))
  return now.filter(({ key }) => !known.has(key)).length
}

interface HeldOrder {
  readonly rows: Accessor<ReadonlyArray<Line>>
  /** Lines that wait. */
  readonly waiting: Accessor<number>
  /** Everything as it is now. */
  readonly refresh: () => void
}

/** `asked`: what the lines are an answer to; with another question nothing is held. */
export const heldOrder = (
  now: Accessor<ReadonlyArray<RunRow>>,
  isHeld: Accessor<boolean>,
  asked: Accessor<ReadonlyArray<unknown>>
): HeldOrder => {
  const [refreshed, refresh] = createSignal(undefined, { equals: false })
  let fresh = true
  const question = createMemo(() => {
    refreshed()
    asked()
    fresh = true
    return {}
  })
  const rows = createMemo<ReadonlyArray<Line>>((before) => {
    question()
    const rows = now()
    const keep = !fresh && isHeld() && before.length > 0
    fresh = false
    return keep ? held(before, rows) : rows.map(line)
  }, [])
  // Where nothing is held, nothing waits: the lines are those of now.
  const waiting = createMemo(() => isHeld() ? newOnes(rows(), now()) : 0)
  return { rows, waiting, refresh: () => refresh(undefined) }
}
