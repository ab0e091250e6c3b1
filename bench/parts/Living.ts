/** What is alive in a process after everything that nothing holds was collected, and what of the machine's memory it has by kind. */
import { readFileSync } from "node:fs"
import { quantileOf } from "./Ratio.ts"

/** Bytes, but for `resources`. */
export interface Look {
  readonly heapUsed: number
  readonly heapTotal: number
  readonly external: number
  readonly arrayBuffers: number
  /** V8's own, outside of its heap. */
  readonly malloced: number
  /** Used, by V8's spaces. */
  readonly spaces: Readonly<Record<string, number>>
  /** Timers, sockets, requests of the file system. */
  readonly resources: number
}

/** V8 maps its heap and code in pieces of 256 KiB, at addresses of that alignment. */
const isOfHeap = (start: bigint, end: bigint) => start % 0x40000n === 0n || end - start >= 0x40000n * 4n

type Part = "files" | "malloc" | "code" | "heap" | "other"

const partOf = (line: string): Part => {
  const [range = "", rights = "", , , inode, name = ""] = line.split(/ +/)
  const [start = 0n, end = 0n] = range.split("-").map((each) => BigInt(`0x${each}`))
  if (name === "[heap]") return "malloc"
  if (inode !== "0") return "files"
  if (rights.includes("x")) return "code"
  return isOfHeap(start, end) ? "heap" : "other"
}

/** Resident bytes of a process by what they are mapped for. */
export const residentParts = (pid: number): Readonly<Record<Part, number>> => {
  const found = { files: 0, malloc: 0, code: 0, heap: 0, other: 0 }
  let part: Part = "other"
  for (const line of readFileSync(`/proc/${pid}/smaps`, "utf8").split("\n")) {
    if (/^[0-9a-f]+-/.test(line)) part = partOf(line)
    else if (line.startsWith("Rss:")) found[part] += Number(/\d+/.exec(line)?.[0]) * 1024
  }
  return found
}

/** Bytes of objects: without what V8 compiles, which grows for as long as something is called for the first time often enough. */
export const objectBytes = ({ arrayBuffers, heapUsed, spaces }: Look): number =>
  Object.entries(spaces).reduce((left, [name, bytes]) => /code|trusted/.test(name) ? left - bytes : left, heapUsed) +
  arrayBuffers

export interface Slope {
  readonly slope: number
  readonly low: number
  readonly high: number
}

/** The straight line by least squares, with the interval that holds its slope with 95 %. */
export const slopeOf = (points: ReadonlyArray<readonly [at: number, value: number]>): Slope => {
  const mean = (values: ReadonlyArray<number>) => values.reduce((sum, each) => sum + each, 0) / values.length
  const [at, level] = [mean(points.map(([lives]) => lives)), mean(points.map(([, bytes]) => bytes))]
  const spread = points.reduce((sum, [lives]) => sum + (lives - at) ** 2, 0)
  const slope = points.reduce((sum, [lives, bytes]) => sum + (lives - at) * (bytes - level), 0) / spread
  const left = points.reduce((sum, [lives, bytes]) => sum + (bytes - level - slope * (lives - at)) ** 2, 0)
  const freedom = points.length - 2
  const half = freedom < 1 ? Infinity : quantileOf(freedom) * Math.sqrt(left / freedom / spread)
  return { slope, low: slope - half, high: slope + half }
}
