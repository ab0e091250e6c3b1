/** The lines of one file of a patch, with their numbers on both sides; read when the file is looked at. Pure, linear. */
import type { PatchLine } from "../transcript/PatchLines.ts"

export interface Hunk {
  /** Of each side: the versions before, of which a merge has several, and the version after. */
  readonly starts: ReadonlyArray<number>
  readonly counts: ReadonlyArray<number>
}

const range = /[-+](\d{1,9})(?:,(\d{1,9}))?/g

/** `@@ -1,2 +3,4 @@ section`, of a merge `@@@ -1,2 -1,2 +1,3 @@@`; undefined for another line. */
export const hunkOf = (line: string): Hunk | undefined => {
  const ranges = /^@@+((?: [-+]\d{1,9}(?:,\d{1,9})?)+) @@+/.exec(line)?.[1]
  if (ranges === undefined) return undefined
  const found = [...ranges.matchAll(range)]
  return found.length < 2
    ? undefined
    : { starts: found.map(([, start]) => Number(start)), counts: found.map(([, , count]) => Number(count ?? "1")) }
}

/** Goes through the lines of a text without making them all at once. */
export const eachLine = function*(
  text: string,
  from = 0,
  to = text.length
): Generator<{ line: string; at: number; end: number }> {
  let at = from
  while (at < to) {
    const found = text.indexOf("\n", at)
    const end = found < 0 || found >= to ? to : found
    yield { line: text.slice(at, end), at, end: Math.min(to, end + 1) }
    at = end + 1
  }
}

/** What a hunk still expects of each side. */
export interface Rest {
  readonly parents: number
  readonly left: Array<number>
}

export const restOf = ({ counts }: Hunk): Rest => ({ parents: counts.length - 1, left: [...counts] })

export const isDone = ({ left }: Rest): boolean => left.every((count) => count <= 0)

/** Takes a line into account: added, removed or there on both sides; undefined for what is no line of a hunk. */
export const take = (rest: Rest, line: string): "added" | "removed" | "context" | undefined => {
  const marks = line === "" ? " ".repeat(rest.parents) : line.slice(0, rest.parents)
  if (!/^[ +-]+$/.test(marks) || marks.length < rest.parents) return undefined
  const isRemoved = marks.includes("-")
  for (let parent = 0; parent < rest.parents; parent++) {
    const mark = marks[parent]
    if (mark === "-" || (mark === " " && !isRemoved)) rest.left[parent] = (rest.left[parent] ?? 0) - 1
  }
  if (!isRemoved) rest.left[rest.parents] = (rest.left[rest.parents] ?? 0) - 1
  return isRemoved ? "removed" : marks.includes("+") ? "added" : "context"
}

/** Of what follows a file's header. */
export const patchLines = (body: string): ReadonlyArray<PatchLine> => {
  const lines: Array<PatchLine> = []
  let rest: Rest | undefined
  let before = 0
  let after = 0
  for (const { line } of eachLine(body)) {
    if (rest !== undefined && line.startsWith("\\")) {
      lines.push({ kind: "note", text: line })
      continue
    }
    const kind = rest === undefined || isDone(rest) ? undefined : take(rest, line)
    if (rest !== undefined && kind !== undefined) {
      lines.push({
        kind,
        text: line.slice(rest.parents),
        ...(kind === "added" ? {} : { before: before++ }),
        ...(kind === "removed" ? {} : { after: after++ })
      })
      continue
    }
    const hunk = hunkOf(line)
    rest = hunk === undefined ? undefined : restOf(hunk)
    before = hunk?.starts[0] ?? 0
    after = hunk?.starts.at(-1) ?? 0
    if (line !== "") lines.push({ kind: hunk === undefined ? "note" : "hunk", text: line })
  }
  return lines
}
