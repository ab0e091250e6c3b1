/** Choices that follow from a seed alone. */
import { seeded } from "@orchestrator/embedded/faults/Seeded"

export interface Dice {
  /** In [from, to), to the millisecond where it is seconds. */
  readonly between: (from: number, to: number) => number
  readonly chance: (share: number) => boolean
  readonly one: <A>(of: readonly [A, ...ReadonlyArray<A>]) => A
  readonly shuffled: <A>(of: ReadonlyArray<A>) => ReadonlyArray<A>
}

export const diceOf = (seed: string): Dice => {
  const next = seeded(seed)
  const below = (count: number) => Math.floor(next() * count)
  return {
    between: (from, to) => Math.round((from + next() * (to - from)) * 1000) / 1000,
    chance: (share) => next() < share,
    one: (of) => of[below(of.length)] ?? of[0],
    shuffled: (of) => of.map((each) => ({ each, at: next() })).sort((a, b) => a.at - b.at).map(({ each }) => each)
  }
}
