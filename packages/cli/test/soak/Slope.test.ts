import { assert, describe, it } from "@effect/vitest"
import { seeded } from "@orchestrator/embedded/faults/Seeded"
import { slopeOf } from "./Slope.ts"

/** An hour of samples every ten seconds; `kept` is how much of its noise a sample has from the one before. */
const samples = (perHour: number, seed: string, kept = 0) => {
  const roll = seeded(seed)
  let noise = 0
  return Array.from({ length: 360 }, (_, index) => {
    noise = kept * noise + roll() - 0.5
    return { seconds: index * 10, value: 120 + perHour * index / 360 + noise }
  })
}

const holds = (perHour: number, seed: string, kept?: number) => {
  const { high, low } = slopeOf(samples(perHour, seed, kept))
  return low <= perHour && perHour <= high
}

const seeds = Array.from({ length: 200 }, (_, index) => String(index))

describe("the slope of samples", () => {
  it("of a straight line is its own, without doubt", () => {
    const line = Array.from({ length: 10 }, (_, index) => ({ seconds: index * 360, value: index }))
    const { high, low, perHour } = slopeOf(line)
    for (const each of [low, perHour, high]) assert.closeTo(each, 10, 1e-9)
  })

  it("is in its interval about 95 times of 100", () => {
    const right = seeds.filter((seed) => holds(3, seed)).length
    assert.isAtLeast(right, 180)
    assert.isAtMost(right, 199)
  })

  it("is so too where each sample is much like the one before", () =>
    assert.isAtLeast(seeds.filter((seed) => holds(0, seed, 0.9)).length, 170))

  it("tells growth that is larger than the noise", () => assert.isAbove(slopeOf(samples(2, "growth")).low, 0))

  it("of two samples is in no interval", () =>
    assert.strictEqual(slopeOf([{ seconds: 0, value: 1 }, { seconds: 1, value: 2 }]).high, Infinity))
})
