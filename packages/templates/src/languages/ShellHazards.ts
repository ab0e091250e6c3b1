/**
 * Places where bash runs a text although it is quoted well. These are the ones that can be seen on the line; a script that hands a
 * variable to an interpreter in some other way is as unsafe as with any variable, and its author's to answer for.
 */
import type { Slot } from "./Lexer.ts"

const before = "then|do|else|if|elif|while|until|!|exec|env|command|builtin|sudo|nohup|time|timeout\\s+\\S+|\\w+=\\S*"
const called = (names: string) => `^\\s*(?:(?:${before})\\s+)*(?:\\S*/)?(?:${names})(?:\\s|$)`
const shells = "(?:ba|da|k|z)?sh|python3?|perl|ruby|node"

interface Hazard {
  /** What the command before the value, or before the quotes that it stands in, looks like. */
  readonly command: RegExp
  /** Whether it needs other text in the same quotes to be one. */
  readonly amongText?: true
  readonly message: string
}

const hazards: ReadonlyArray<Hazard> = [
  { command: new RegExp(called("eval|trap|let|ssh|su")), message: "is given to a command that runs its arguments" },
  { command: new RegExp(`${called(shells)}(?:.*\\s)?-\\w*[ce]\\s+$`), message: "is given to an interpreter as code" },
  { command: new RegExp(called("awk|sed|jq|perl")), amongText: true, message: "is part of another interpreter's code" },
  { command: /\w\[[^\]]*$/, message: "is an array subscript, which bash evaluates" },
  {
    command: new RegExp(`${called("declare|typeset|local|export|readonly|unset|read|mapfile")}(?:-\\w+\\s+)*$`),
    message: "is taken as the name of a variable"
  },
  { command: /(?:\bprintf|\btest|\[)\s+-v\s+$/, message: "is taken as the name of a variable" }
]

/** Why a text must not be written here, if so. */
export const shellHazard = (slot: Slot, inDoubleQuotes: boolean): string | undefined => {
  const end = inDoubleQuotes ? slot.before.lastIndexOf("\"") : slot.before.length
  const command = slot.before.slice(0, Math.max(0, end)).split(/[;|&(`]/).at(-1) ?? ""
  const amongText = inDoubleQuotes && slot.before.length - end > 1
  const found = hazards.find((hazard) => hazard.command.test(command) && (amongText || hazard.amongText !== true))
  return found?.message ?? numericTest(slot)
}

/** Operands of `-eq` and its kind within `[[ ]]` are evaluated as arithmetic, subscripts and the commands in them included. */
const numericTest = ({ after, before }: Slot): string | undefined => {
  const test = /\[\[(?!.*\]\])(.*)$/.exec(before)?.[1]
  const compared = test === undefined ? "" : `${test} ${after.split("]]")[0]}`
  return /\s-(?:eq|ne|lt|le|gt|ge|v|R)\s/.test(compared) ? "is compared as a number, which bash evaluates" : undefined
}
