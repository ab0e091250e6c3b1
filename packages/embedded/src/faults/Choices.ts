/**
 * A case's list of integers. Position n is decision point n; 0 is nothing out of the ordinary. Written `0*16,4,0*3,22`: `0*16` is sixteen
 * zeros, and those at the end are left out.
 */

export type Choices = ReadonlyArray<number>

export const choiceAt = (choices: Choices, index: number): number => choices[index] ?? 0

/** The first point at which something happens; -1: none. */
export const firstChoice = (choices: Choices): number => choices.findIndex((choice) => choice !== 0)

/** The last point at which something happens; -1: none. */
export const lastChoice = (choices: Choices): number => choices.findLastIndex((choice) => choice !== 0)

const trimmed = (choices: Choices): Choices => choices.slice(0, lastChoice(choices) + 1)

export const formatChoices = (choices: Choices): string => {
  const parts: Array<string> = []
  let zeros = 0
  for (const choice of trimmed(choices)) {
    if (choice === 0) {
      zeros++
      continue
    }
    if (zeros > 0) parts.push(zeros === 1 ? "0" : `0*${zeros}`)
    zeros = 0
    parts.push(String(choice))
  }
  return parts.join(",")
}

/** Undefined where it is no such list. */
export const parseChoices = (text: string): Choices | undefined => {
  const parts = text.split(/[,\s]+/).filter((part) => part !== "")
  const numbers = parts.map((part) => /^(\d+)(?:\*(\d+))?$/.exec(part))
  if (numbers.some((match) => match === null)) return undefined
  return numbers.flatMap((match) => Array.from({ length: Number(match?.[2] ?? 1) }, () => Number(match?.[1])))
}

/** These choices at these points, and nothing else. */
export const choose = (...chosen: ReadonlyArray<readonly [index: number, choice: number]>): Choices => {
  const choices: Array<number> = []
  for (const [index, choice] of chosen) choices[index] = choice
  return Array.from({ length: choices.length }, (_, index) => choices[index] ?? 0)
}
