/** What people write to the agent in a pull request: `/agent retry use the old API`. */
import { printable } from "@orchestrator/domain/Printable"

export const verbs = ["retry", "cancel", "status", "plan"] as const
export type Verb = typeof verbs[number]

export interface Command {
  /** Undefined: a word that means nothing. */
  readonly verb: Verb | undefined
  readonly word: string
  /** What is to be done differently; more lines may follow the first. */
  readonly hint: string
}

const longestHint = 20_000

/** The first line that begins with `/agent`, and what follows it. Undefined where nobody speaks to the agent; quoted lines do not. */
export const commandIn = (text: string): Command | undefined => {
  const lines = text.replaceAll("\r\n", "\n").split("\n")
  const index = lines.findIndex((line) => /^\/agent(?:\s|$)/.test(line))
  if (index < 0) return undefined
  const [, word = "", rest = ""] = /^\/agent\s*(\S*)\s*(.*)$/.exec(lines[index] ?? "") ?? []
  const hint = printable([rest, ...lines.slice(index + 1)].join("\n"), { lines: true, max: longestHint }).trim()
  return { verb: verbs.find((verb) => verb === word.toLowerCase()), word: printable(word, { max: 40 }), hint }
}
