/** Randomness that is the same every time (mulberry32). */
import { fnv1aInt32 } from "@orchestrator/domain/Hash"
import type { Random } from "effect"

/** Numbers in [0, 1). */
export const seeded = (seed: string | number): () => number => {
  let state = typeof seed === "number" ? seed | 0 : fnv1aInt32(seed)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const randomOf = (next: () => number): Random.Random => ({
  nextDoubleUnsafe: next,
  nextIntUnsafe: () =>
    Math.floor(next() * (Number.MAX_SAFE_INTEGER - Number.MIN_SAFE_INTEGER + 1)) + Number.MIN_SAFE_INTEGER
})
