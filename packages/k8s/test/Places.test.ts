import { assert, it } from "@effect/vitest"
import fc from "fast-check"
import { makePlaces } from "../src/Places.ts"

/** Few hashes, so that many are the same, and some that belong to the same cells. */
const hash = fc.oneof(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -1000, max: 1000 }).map((n) => n << 16))
const step = fc.record({
  does: fc.constantFrom("add", "add", "add", "remove", "move"),
  hash,
  place: fc.integer({ min: 0, max: 50 })
})

it("finds what a map of sets finds, whatever was added, removed and moved before", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const places = makePlaces()
      let wanted = new Map<number, Set<number>>()
      let moved = 0
      for (const { does, hash, place: number } of steps) {
        const place = number + moved
        const set = wanted.get(hash) ?? new Set()
        if (does === "add" && !set.has(place)) {
          places.add(hash, place)
          wanted.set(hash, set.add(place))
        } else if (does === "remove") {
          places.remove(hash, place)
          set.delete(place)
        } else if (does === "move") {
          moved += 1
          places.move((place) => place + 1)
          wanted = new Map([...wanted].map(([hash, set]) => [hash, new Set([...set].map((place) => place + 1))]))
        }
        for (const [hash, set] of wanted) assert.sameMembers([...places.of(hash)], [...set])
      }
    }),
    { numRuns: 200, seed: 20260301 }
  )
})

it("takes the same place under the same hash once", () => {
  const places = makePlaces()
  for (const place of [1, 1, 2, 2]) places.add(7, place)
  assert.sameMembers([...places.of(7)], [1, 2])
})
