import { assert, it } from "@effect/vitest"
import { makeRecent } from "../../src/facts/Recent.ts"

it("keeps what is asked for again and again, and no more than twice its size", () => {
  const recent = makeRecent<{ readonly number: number }, number>(2)
  const [first, ...others] = [
    { number: 0 },
    ...Array.from({ length: 6 }, (_, index) => ({ number: index + 1 }))
  ] as const
  recent.set(first, 0)
  for (const key of others) {
    recent.set(key, key.number)
    assert.strictEqual(recent.get(first), 0)
  }
  assert.isBelow(others.filter((key) => recent.get(key) !== undefined).length, 4)
})
