/** How `npm run check` talks: one line per check, the failing tool's words under its line, a summary. */
import type { Finding } from "./Check.ts"

const seconds = (millis: number) => `${(millis / 1000).toFixed(1)} s`

const shown = 120

/** The words below their line; the rest of very many is counted. */
const indented = (text: string) => {
  const lines = text.replace(/^\n+/, "").trimEnd().split("\n")
  const more = lines.length > shown ? [`... and ${lines.length - shown} more lines`] : []
  return [...lines.slice(0, shown), ...more].map((line) => `    ${line}`.trimEnd()).join("\n")
}

/** The line of one check, with its words below it when it failed. */
export const formatFinding = ({ millis, name, ok, words }: Finding): string => {
  const line = `${ok ? "ok  " : "FAIL"}  ${name.padEnd(12)} ${seconds(millis).padStart(7)}`
  if (ok) return words === "" ? line : `${line}   ${words}`
  return `${line}\n${indented(words)}`
}

/** The last line: how many checks passed, which failed. */
export const formatSummary = (findings: ReadonlyArray<Finding>, millis: number): string => {
  const failed = findings.filter(({ ok }) => !ok).map(({ name }) => name)
  const total = `${findings.length} checks in ${seconds(millis)}`
  return failed.length === 0 ? `${total}: all passed` : `${total}: ${failed.join(", ")} failed`
}
