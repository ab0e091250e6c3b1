/**
 * An attempt's conversation as rows: one for each event, except that a tool's answer stands in the row of its call. It grows by one event
 * at a time at a cost that does not depend on how many there are. Whoever wrote the events may have written anything: ids that come
 * twice, answers without calls, parents that are nobody.
 */
import type { TranscriptEvent } from "@orchestrator/domain/Transcript"
import { addUsage, type Usage } from "@orchestrator/domain/Usage"

export type EventOf<Type extends TranscriptEvent["type"]> = Extract<TranscriptEvent, { readonly type: Type }>

export interface Row {
  readonly event: TranscriptEvent
  /** Number of the event in the attempt, from 1: what a link names. */
  readonly line: number
  /** 0 for the agent itself, 1 for a subagent, 2 for its subagent. */
  readonly depth: number
  /** Of a tool call: what came of it. */
  readonly answer?: EventOf<"toolResult">
  /** Of the end of a turn: what this turn used. */
  readonly used?: Usage
  /** Of the end of a turn: its last words are those of the message before. */
  readonly repeats?: boolean
}

export interface Conversation {
  /** Grows, and a row is replaced when its answer comes. */
  readonly rows: ReadonlyArray<Row>
  /** Indices of rows that got their answer, in the order in which they did. */
  readonly revised: ReadonlyArray<number>
  /** Indices of rows with an error, ascending. */
  readonly errors: ReadonlyArray<number>
  /** Over all turns that have ended. */
  readonly used: Usage
  /** Events so far. */
  readonly lines: number
  /** Index of the row in which the event of this number is. */
  readonly rowOf: (line: number) => number | undefined
  /** Index of the row that is new or has changed. */
  readonly add: (event: TranscriptEvent) => number
}

const counts = ["costUsd", "inputTokens", "outputTokens", "turns"] as const

/** What was used between two counts of one process, which only grow. */
const since = (before: Usage, now: Usage): Usage => {
  const used: { -readonly [key in keyof Usage]: Usage[key] } = {}
  for (const key of counts) {
    if (now[key] !== undefined || before[key] !== undefined) {
      used[key] = Math.max(0, (now[key] ?? 0) - (before[key] ?? 0))
    }
  }
  if (now.costEstimated === true || before.costEstimated === true) used.costEstimated = true
  return used
}

/** Whether a row is one to look at: a tool or a turn that failed, or a remark, which is always of something that went wrong. */
export const isError = ({ answer, event }: Row): boolean =>
  event.type === "notice" || answer?.error === true || ("error" in event && event.error)

/** Where a number is, or would be, in an ascending list. */
export const placeIn = (ascending: ReadonlyArray<number>, wanted: number): number => {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] ?? Infinity) < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** Puts a number where it belongs; a number that is there stays once. */
export const putInto = (ascending: Array<number>, added: number): void => {
  const place = placeIn(ascending, added)
  if (ascending[place] !== added) ascending.splice(place, 0, added)
}

export const makeConversation = (): Conversation => {
  const rows: Array<Row> = []
  const revised: Array<number> = []
  const errors: Array<number> = []
  const rowOfLine: Array<number> = []
  /** Rows of calls without an answer, by id. */
  const open = new Map<string, number>()
  const depths = new Map<string, number>()
  let used: Usage = {}
  /** What the present process had used when its last turn ended. */
  let counted: Usage = {}
  let lastSaid = ""

  const noted = (index: number, row: Row): number => {
    rows[index] = row
    rowOfLine.push(index)
    if (isError(row)) putInto(errors, index)
    return index
  }

  const turnOf = (event: TranscriptEvent): Pick<Row, "used" | "repeats"> => {
    if (event.type === "session") counted = {}
    if (event.type === "message" && event.parent === undefined) lastSaid = event.text
    if (event.type !== "result") return {}
    const repeats = event.text === lastSaid
    if (event.usage === undefined) return { repeats }
    const turn = since(counted, event.usage)
    counted = event.usage
    used = addUsage(used, turn) ?? turn
    return { used: turn, repeats }
  }

  return {
    rows,
    revised,
    errors,
    get used() {
      return used
    },
    get lines() {
      return rowOfLine.length
    },
    rowOf: (line) => rowOfLine[line - 1],
    add: (event) => {
      if (event.type === "toolResult") {
        const index = open.get(event.id)
        const call = index === undefined ? undefined : rows[index]
        if (index !== undefined && call !== undefined) {
          open.delete(event.id)
          revised.push(index)
          return noted(index, { ...call, answer: event })
        }
      }
      const depth = event.parent === undefined ? 0 : (depths.get(event.parent) ?? 0) + 1
      if (event.type === "toolCall") {
        open.set(event.id, rows.length)
        depths.set(event.id, depth)
      }
      return noted(rows.length, { event, line: rowOfLine.length + 1, depth, ...turnOf(event) })
    }
  }
}
