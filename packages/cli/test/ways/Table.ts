/** The table of docs/ways-in.md, and the blocks above and below it. */
import { readFileSync } from "node:fs"
import { join } from "node:path"

const page = readFileSync(join(import.meta.dirname, "../../../../docs/ways-in.md"), "utf8")

const cellsOf = (line: string): ReadonlyArray<string> => line.split("|").slice(1, -1).map((cell) => cell.trim())

const [titles = [], , ...lines] = page.split("\n").filter((line) => line.startsWith("|")).map(cellsOf)

/** The code of a cell; an empty one is none. */
const codeOf = (cell: string): string | undefined => /^`(.+)`$/.exec(cell)?.[1]

export interface Row {
  readonly verb: string
  /** Undefined: the way has no such verb. */
  readonly command: string | undefined
}

export const ways = titles.slice(1)

export const rowsOf = (way: string): ReadonlyArray<Row> =>
  lines.map((cells) => ({ verb: cells[0] ?? "", command: codeOf(cells[titles.indexOf(way)] ?? "") }))

/** Shell blocks of the page, in their order. */
export const blocks: ReadonlyArray<string> = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text]) => text ?? "")
