/** Text in columns, as kubectl prints it: as wide as the widest cell, three spaces between, nothing at the end of a line. Pure. */
import { printable } from "@orchestrator/domain/Printable"

export const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const shown = [head, ...rows].map((row) => row.map((cell) => printable(cell)))
  const widths = head.map((_, column) => Math.max(...shown.map((row) => row[column]?.length ?? 0)))
  return shown.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("   ").trimEnd()).join(
    "\n"
  )
}
