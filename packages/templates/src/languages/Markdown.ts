/** Texts of users as Markdown that stays in its place. */

/** One word that means the same as Markdown and as text: no marks, no spaces. */
export const bare = (text: string): boolean => /^[\p{L}\p{N}](?:[\p{L}\p{N}.:/_@+=-]*[\p{L}\p{N}/])?$/u.test(text)

/** A fenced block that no line of the text can close; nothing for an empty text. */
export const block = (text: string, indent: string, info: string): string => {
  if (text === "") return ""
  const lines = safe(text).replace(/\n$/, "").split("\n")
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1))
  return [`${fence}${info}`, ...lines, fence].join(`\n${indent}`)
}

/** A code span on one line, with more backticks than any run in the text. */
export const span = (text: string): string => {
  const line = oneLine(text)
  if (line.trim() === "") return line === "" ? "" : "` `"
  const ticks = "`".repeat(longestRun(line) + 1)
  const pad = /^[ `]|[ `]$/.test(line) ? " " : ""
  return `${ticks}${pad}${line}${pad}${ticks}`
}

/** For a code span that the author opened: backticks become apostrophes. */
export const insideSpan = (text: string): string => oneLine(text).replaceAll("`", "'")

/** For a fence that the author opened: runs that could close it are replaced. */
export const insideFence = (text: string, fence: string): string => {
  const mark = fence.startsWith("~") ? "~" : "`"
  const runs = new RegExp(`${mark}{${fence.length},}`, "g")
  return safe(text).replaceAll(runs, (run) => (mark === "~" ? "-" : "'").repeat(run.length))
}

const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length))

const oneLine = (text: string): string => safe(text).replaceAll(/[\n\t]+/g, " ")

/** Line breaks of every kind as `\n`, control characters visible, `@path` disarmed. */
const safe = (text: string): string =>
  text.toWellFormed()
    .replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, "\n")
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0008\u000b-\u001f]/g, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0)))
    .replaceAll(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu, "\ufffd")
    .replaceAll(/(^|\s)@/g, "$1\\@")
