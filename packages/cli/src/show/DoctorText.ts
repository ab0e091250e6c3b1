/** The doctor's lines for people. Pure. */
import { printable } from "@orchestrator/domain/Printable"

interface Shown {
  readonly check: string
  readonly status: string
  readonly found: string
  readonly next?: string
}

export const linesText = (lines: ReadonlyArray<Shown>): string => {
  const width = Math.max(...lines.map(({ check }) => check.length), 0)
  return lines.flatMap(({ check, found, next, status }) => [
    `${status.padEnd(4)}  ${check.padEnd(width)}  ${printable(found)}`,
    ...(next === undefined
      ? []
      : printable(next, { lines: true }).split("\n").map((line) => `${" ".repeat(width + 8)}-> ${line}`))
  ]).join("\n")
}
