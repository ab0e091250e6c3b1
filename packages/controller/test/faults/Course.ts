/**
 * Which number each point of a life gets. Cases follow one another in it: once one has come back to where a run without faults is at some point,
 * another begins at the next point that is the same in both.
 */
import { choiceAt, type Choices, lastChoice } from "@orchestrator/embedded/faults/Choices"
import type { Point } from "@orchestrator/embedded/faults/Simulation"

/** Cases that may follow in the same life, by the point of a run without faults at which they begin. */
export interface Followers {
  readonly take: (at: number) => Choices | undefined
  /** Whether one begins there or later. */
  readonly waits: (at: number) => boolean
  /** The one before is over, with so many faults. */
  readonly passed: (injected: number) => void
}

export interface Course {
  readonly choiceAt: (point: Point) => number
  /** Whether all that was to go wrong did. */
  readonly isOver: (points: number) => boolean
  /** Whether it came back, and nothing goes wrong by now. */
  readonly isFree: () => boolean
  /** Whether since then all is as without faults, as far as it was looked at. */
  readonly isInStep: () => boolean
  /** It is where it is without faults at one of these points; the answer is which. */
  readonly backAt: (points: number, among: ReadonlyArray<number>) => number
  /** Where it would be without faults, more or less. */
  readonly at: (points: number) => number
  /** Nothing goes wrong until it is back. */
  readonly wait: () => void
  /** What all points so far got. */
  readonly played: () => Choices
}

const isSame = (left: Point | undefined, right: Point): boolean =>
  left?.kind === right.kind && left.label === right.label && left.process === right.process

/** `calm`: points of a run without faults. */
export const makeCourse = (first: Choices, calm: ReadonlyArray<Point>, take: Followers["take"]): Course => {
  const played: Array<number> = []
  let choices: Choices | undefined = first
  let last = lastChoice(first)
  /** By how much the points of this life are ahead of those that the case counts. */
  let offset = 0
  let inStep = false

  return {
    choiceAt: (point) => {
      const index = point.index - offset
      if (choices === undefined) {
        inStep &&= isSame(calm[index], point)
        choices = inStep ? take(index) : undefined
        last = choices === undefined ? -1 : lastChoice(choices)
      }
      inStep &&= choices === undefined
      const choice = choiceAt(choices ?? [], index)
      played.push(choice)
      return choice
    },
    isOver: (points) => points - offset > last,
    isFree: () => choices === undefined,
    isInStep: () => inStep,
    backAt: (points, among) => {
      const here = points - offset
      const at = among.reduce((best, each) => Math.abs(each - here) < Math.abs(best - here) ? each : best)
      offset = points - at
      choices = undefined
      last = -1
      inStep = true
      return at
    },
    at: (points) => points - offset,
    wait: () => {
      choices = undefined
      last = -1
    },
    played: () => played
  }
}
