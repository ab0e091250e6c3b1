/** Spending as comma-separated values (RFC 4180). Pure. */
import type { Row } from "./SpendingSums.ts"

const columns = [
  "day",
  "kind",
  "service",
  "githubUser",
  "model",
  "runs",
  "costUsd",
  "costEstimated",
  "inputTokens",
  "outputTokens",
  "turns"
] as const satisfies ReadonlyArray<keyof Row>

/** Programs for tables take what begins like this for a formula: an apostrophe makes it a text. */
const formula = /^[=+\-@\t\r]/

const cell = (value: string | number | boolean): string => {
  const text = typeof value === "string" && formula.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text
}

export const spendingCsv = (rows: ReadonlyArray<Row>): string =>
  [columns, ...rows.map((row) => columns.map((column) => row[column]))]
    .map((line) => `${line.map(cell).join(",")}\r\n`)
    .join("")
