/**
 * What a live terminal shows of the runs that go on: as many lines as fit, those that run first, and one that counts the rest. Lines above
 * the screen cannot be erased, so more would scroll away what matters and leave copies behind. Pure.
 */
import { printable } from "@orchestrator/domain/Printable"
import type { RunLine } from "./RunLine.ts"

export interface LiveRun {
  readonly line: RunLine
  /** What its agent printed last. */
  readonly agent: string
}

export interface Screen {
  readonly columns: number
  readonly rows: number
}

export interface LiveLine {
  readonly phase: string
  readonly text: string
}

/** From here on a line has room for everything that is known of a run. */
const wide = 120

/** Rows that stay free: the cursor's, and one for what was printed before. */
const spare = 2

const lineOf = ({ agent, line }: LiveRun, columns: number): LiveLine => {
  const tail = line.phase === "Running" && agent !== "" ? agent : line.message
  return {
    phase: line.phase,
    text: printable(`${columns < wide ? line.short : line.text}  ${tail}`, { max: columns })
  }
}

const countOf = (runs: ReadonlyArray<LiveRun>): string =>
  [...Map.groupBy(runs, ({ line }) => line.phase)].map(([phase, those]) => `${those.length} ${phase}`).join(", ")

export const liveLines = (runs: ReadonlyArray<LiveRun>, { columns, rows }: Screen): ReadonlyArray<LiveLine> => {
  const room = Math.max(1, rows - spare)
  const ordered = [
    ...runs.filter(({ line }) => line.phase === "Running"),
    ...runs.filter(({ line }) => line.phase !== "Running")
  ]
  if (ordered.length <= room) return ordered.map((run) => lineOf(run, columns))
  const shown = ordered.slice(0, room - 1)
  const rest = `and ${ordered.length - shown.length} more: ${countOf(ordered.slice(shown.length))}`
  return [
    ...shown.map((run) => lineOf(run, columns)),
    { phase: "", text: printable(rest, { max: columns }) }
  ]
}
