/** Words that only some files may spell: a finding for every other line that has one, comments aside. */
import type { Source } from "./Sources.ts"

export interface Spelling {
  /** Its groups hold the word. */
  readonly pattern: RegExp
  /** Files of the packages' sources that may. */
  readonly isAllowed: (path: string) => boolean
  /** What is wrong with the word, and what to do. */
  readonly problem: (word: string) => string
}

const isComment = (line: string) => /^\s*(?:\/?\*|\/\/)/.test(line)

/** The last group that has matched. */
const wordOf = (pattern: RegExp, line: string): string | undefined =>
  isComment(line) ? undefined : pattern.exec(line)?.findLast((group) => group !== undefined)

export const spelledProblems =
  ({ isAllowed, pattern, problem }: Spelling) => (sources: ReadonlyArray<Source>): ReadonlyArray<string> =>
    sources
      .filter(({ path }) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path) && !isAllowed(path))
      .flatMap(({ path, text }) =>
        text.split("\n").flatMap((line, index) => {
          const word = wordOf(pattern, line)
          return word === undefined ? [] : [`${path}:${index + 1} ${problem(word)}`]
        })
      )
