import { assert, it } from "@effect/vitest"
import fc from "fast-check"
import { fnv1a32, fnv1aInt32 } from "../src/Hash.ts"

it.each([["", "811c9dc5"], ["a", "e40c292c"], ["foobar", "bf9cf968"]])(
  "the hash of \"%s\" is the known one",
  (text, want) => assert.strictEqual(fnv1a32(text), want)
)

it("a hash is that of the bytes of a text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "~", "\u007f", "\u0080", "ü", "語", "\u{1f600}", "\ud800") }),
      (text) => {
        const want = new TextEncoder().encode(text).reduce(
          (hash, byte) => Math.imul(hash ^ byte, 0x01000193),
          0x811c9dc5
        )
        assert.strictEqual(fnv1aInt32(text), want | 0)
      }
    )
  )
})
