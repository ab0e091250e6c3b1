import { assert, describe, it } from "@effect/vitest"
import { type BackOff, backOffAt } from "../../src/node/BackOff.ts"

describe("how long containers wait that end again and again", () => {
  /** Seconds that each end waits, when every start runs for so many seconds. */
  const waits = (seconds: number, ends: number): ReadonlyArray<number> => {
    let now = 0
    let before: BackOff | undefined
    return Array.from({ length: ends }, () => {
      now += seconds * 1000
      const { next, wait } = backOffAt(before, now)
      before = next
      now += wait
      return wait / 1000
    })
  }

  it.each<{ seconds: number; want: ReadonlyArray<number> }>([
    { seconds: 1, want: [0, 10, 20, 40, 80, 160, 300, 300] },
    { seconds: 600, want: [0, 10, 20, 40, 80, 160, 300, 300] },
    { seconds: 601, want: [0, 0, 0] }
  ])("after $seconds s each", ({ seconds, want }) => assert.deepStrictEqual(waits(seconds, want.length), want))
})
