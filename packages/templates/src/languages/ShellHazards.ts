/**
 * Places where bash runs a text although it is quoted well. These are the ones that can be seen on the line; a script that hands a
 * variable to an interpreter in some other way is as unsafe as with any variable, and its author's to answer for.
 */
import type { Slot } from "./Lexer.ts"

const command = (names: string) => `(?:^|[\\s;|&({/\`"])(?:${names})\\s`
const shells = "(?:ba|da|k|z)?sh|python3?|perl|ruby|node"

const hazards: ReadonlyArray<readonly [pattern: RegExp, message: string]> = [
  [new RegExp(command("eval|trap|let|ssh|su")), "is given to a command that runs its arguments as code"],
  [new RegExp(`${command(shells)}(?:.*\\s)?-\\w*[ce]\\s+["']?$`), "is given to an interpreter as code"],
  [
    new RegExp(`${command(`${shells}|awk|sed|jq|find|xargs`)}.*"[^"]+$`),
    "is part of a text that another interpreter runs"
  ],
  [/\w\[[^\]]*$/, "is an array subscript, which bash evaluates"],
  [
    new RegExp(`${command("declare|typeset|local|export|readonly|unset|read|mapfile")}(?:-\\w+\\s+)*["']?$`),
    "is taken as the name of a variable"
  ],
  [/(?:\bprintf|\btest|\[)\s+-v\s+["']?$/, "is taken as the name of a variable"]
]

/** Why a text must not be written here, if so. */
export const shellHazard = ({ after, before }: Slot): string | undefined => {
  const found = hazards.find(([pattern]) => pattern.test(before))
  if (found !== undefined) return found[1]
  const test = /\[\[(?!.*\]\])(.*)$/.exec(before)?.[1]
  const compared = test === undefined ? "" : `${test} ${after.split("]]")[0]}`
  return /\s-(?:eq|ne|lt|le|gt|ge|v|R)\s/.test(compared) ? "is compared as a number, which bash evaluates" : undefined
}
