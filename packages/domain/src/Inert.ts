/**
 * Words of somebody who may not act through them, as they may stand where a forge or its bots read: commit messages, titles, bodies. A
 * reader still reads them; references, mentions and commands in them refer to nothing, call nobody and do nothing.
 */
import { printable } from "./Printable.ts"

const rules: ReadonlyArray<readonly [what: RegExp, instead: string]> = [
  // Issues: #1, owner/name#1, AB#1, GH-1, and by their addresses. What no longer refers is closed by no keyword either.
  [/#(?=\d)/g, "# "],
  [/\b(GH|gh|Gh|gH)-(?=\d)/g, "$1- "],
  [/(\/(?:issues?|pulls?|merge_requests|pull-requests|discussions|work_items|epics)\/)(?=\d)/gi, "$1 "],
  // Mentions of people and teams; an address of mail is none.
  [/(?<!\w)@(?=\w)/g, "@ "],
  // Commands of bots stand at a line's beginning.
  [/^(\s*)(?=\/[A-Za-z])/gm, "$1. "],
  // Marks that keep checks from running.
  [/\[(?=(?:skip|no|ci)[ -]|skip\])/gi, "[ "],
  [/\*\*\*(?=NO_CI)/gi, "*** "],
  // What git and forges take for signatures, authors and references at a message's end.
  [/^(\s*[A-Za-z]+(?:-[A-Za-z]+)*-(?:by|to|from|checks))(?=\s*:)/gim, "$1 "]
]

/** What each of the rules needs something of; most names have none. */
const needed = /[#/@[*:]|gh-\d/i

/** Printable first: what cannot be seen would part what is looked for, and be gone later. */
export const inert = (text: string): string => {
  const shown = printable(text, { lines: true })
  return needed.test(shown) ? rules.reduce((now, [what, instead]) => now.replace(what, instead), shown) : shown
}
