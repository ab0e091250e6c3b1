import { printable } from "@orchestrator/domain/Printable"
import type { Redact } from "./Redact.ts"

/** Of a terminal's line. */
export const shortWidth = 160

/** First line with something in it, cut to the width of a terminal. */
export const short = (text: string, max = shortWidth, redact: Redact = (it) => it): string => {
  const line = printable(text, { lines: true, redact }).split("\n").map((part) => part.trim())
    .find((part) => part !== "") ?? ""
  return printable(line, { max })
}
