/**
 * Text of an agent, of git or of a forge, as it may stand in a status, a log, a terminal, a page or a pull request: nothing in it
 * steers what shows it, and nothing in it is invisible. Total, linear, and idempotent.
 */
import { clip } from "./Text.ts"

export interface PrintableOptions {
  /** Most UTF-16 units; a longer text ends in dots. */
  readonly max?: number
  /** Whether line breaks and tabs stay. Without it the text becomes one line. */
  readonly lines?: boolean
  /** Blanks secrets. Called before invisible characters are gone, after that (they may have parted a secret), and before the cut. */
  readonly redact?: (text: string) => string
}

/** CSI; OSC, DCS, SOS, PM and APC with their content; any other escape sequence (ECMA-48, 7 and 8 bit forms). */
const sequences =
  // oxlint-disable-next-line no-control-regex
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x00-\x08\x0a-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]/g
// oxlint-disable-next-line no-control-regex
const breaks = /\r\n|[\n\r\v\f\x85\u2028\u2029]/g
/** Controls, bidi marks, embeddings and isolates, zero widths, fillers, tags, variation selectors, noncharacters. */
const unseen = /(?![\n\t])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu
const spaces = /[\p{Zs}\u2800]/gu
/** Marks piled on one letter cover the lines around it; no language needs more. */
const piledMarks = /(\p{M}{4})\p{M}+/gu

const folded = (text: string): string =>
  text.replaceAll("\t", " ").split("\n").map((line) => line.trim()).filter((line) => line !== "").join(" ")

const cleaned = (text: string): string =>
  text.toWellFormed()
    .replace(sequences, "")
    .replace(breaks, "\n")
    .replace(unseen, "")
    .replace(spaces, " ")
    .replace(piledMarks, "$1")

// oxlint-disable-next-line no-control-regex
const plain = /^[\x20-\x7e]*$/

/** One line, with nothing around it. */
const tidy = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

/** The text without what a reader cannot see. Lone surrogates become U+FFFD. */
export const printable = (text: string, options: PrintableOptions = {}): string => {
  if (options.redact === undefined && tidy.test(text)) return clip(text, options.max ?? Infinity)
  const { lines = false, max = Infinity, redact = (it: string) => it } = options
  const known = redact(text)
  const clean = plain.test(known) ? known : redact(cleaned(known))
  return clip(lines ? clean : redact(folded(clean)), max)
}
