/**
 * The points of an attempt, and what a case has for them. A point is known by what is done there and how often that was done before in its
 * attempt, not by the moment: what two programs do at the same time comes in any order.
 */
import { choiceAt, type Choices } from "@orchestrator/embedded/faults/Choices"
import { type Fault, faultAt, faultText, type PointKind } from "./Fault.ts"

export type Owner = "runner" | "broker"

export interface Point {
  readonly owner: Owner
  readonly kind: PointKind
  /** What is done, and which time in its attempt. */
  readonly label: string
}

export interface Points {
  /** The attempt that is played, from 0. */
  readonly beginAttempt: (attempt: number) => void
  /** Counts one more point, and says what goes wrong at it. */
  readonly reach: (owner: Owner, kind: PointKind, what: string) => Fault | undefined
  /** Those of the first attempt in the order of their numbers, which is that of their names. */
  readonly seen: () => ReadonlyArray<Point>
  /** How many faults of the case took effect. */
  readonly struck: () => number
}

/** What differs from case to case is no part of a label. */
export const plainLabel = (text: string, places: ReadonlyArray<readonly [path: string, name: string]>): string =>
  places.reduce((words, [path, name]) => words.replaceAll(path, name), text)
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UID")
    .replace(/\b[0-9a-f]{12,64}\b/g, "ID")
    .replace(/\b(body|push|docs|version|broker|sign|tree)-[A-Za-z0-9]{6}\b/g, "$1-*")
    .replace(/\d{5,}(?:\.\d+)?/g, "N")

const name = ({ label, owner }: Point): string => `${owner} ${label}`
const order = (left: Point, right: Point): number => name(left) < name(right) ? -1 : name(left) > name(right) ? 1 : 0

/** `table`: the points of the same scenario where nothing goes wrong; a number is of it, or of it once more in the next attempt. */
export const makePoints = (
  choices: Choices,
  table: ReadonlyArray<Point>,
  tell: (line: string) => void
): Points => {
  const wanted = new Map<string, number>()
  choices.forEach((_, index) => {
    const point = table[index % Math.max(1, table.length)]
    const number = choiceAt(choices, index)
    if (number !== 0 && point !== undefined) {
      wanted.set(`${Math.floor(index / table.length)} ${point.owner} ${point.label}`, number)
    }
  })
  const first: Array<Point> = []
  let attempt = 0
  let counts = new Map<string, number>()
  let struck = 0
  return {
    beginAttempt: (next) => {
      attempt = next
      counts = new Map()
    },
    reach: (owner, kind, what) => {
      const key = `${owner} ${what}`
      const nth = (counts.get(key) ?? 0) + 1
      counts.set(key, nth)
      const label = nth === 1 ? what : `${what} #${nth}`
      if (attempt === 0) first.push({ owner, kind, label })
      const fault = faultAt(kind, wanted.get(`${attempt} ${owner} ${label}`) ?? 0)
      if (fault !== undefined) struck++
      tell(`${owner.padEnd(6)} ${kind.padEnd(7)} ${label}${fault === undefined ? "" : `   <- ${faultText(fault)}`}`)
      return fault
    },
    seen: () => first.toSorted(order),
    struck: () => struck
  }
}
