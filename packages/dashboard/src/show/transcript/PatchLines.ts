/** Lines of a unified diff, as git prints it, each with what it is and its numbers in both files. Pure. */

export interface PatchLine {
  /** `note`: headers, binary files, the missing line break at the end. */
  readonly kind: "added" | "removed" | "context" | "hunk" | "note"
  /** Without the mark at its begin. */
  readonly text: string
  /** Number in the file before, and after. */
  readonly before?: number
  readonly after?: number
}

const linesOf = (text: string): ReadonlyArray<string> => text === "" ? [] : text.replace(/\n$/, "").split("\n")

const contextLines = 3

/** What changes one text into another: the lines that both begin and end with are the same, and a few of them are shown. */
export const changedLines = (before: string, after: string): ReadonlyArray<PatchLine> => {
  const [old, now] = [linesOf(before), linesOf(after)]
  const shorter = Math.min(old.length, now.length)
  let begin = 0
  while (begin < shorter && old[begin] === now[begin]) begin++
  let end = 0
  while (end < shorter - begin && old[old.length - 1 - end] === now[now.length - 1 - end]) end++
  const context = (text: string): PatchLine => ({ kind: "context", text })
  return [
    ...old.slice(Math.max(0, begin - contextLines), begin).map(context),
    ...old.slice(begin, old.length - end).map((text): PatchLine => ({ kind: "removed", text })),
    ...now.slice(begin, now.length - end).map((text): PatchLine => ({ kind: "added", text })),
    ...old.slice(old.length - end, old.length - end + contextLines).map(context)
  ]
}
