import { assert, describe, it } from "@effect/vitest"
import { bytesFit, bytesIn, bytesOf, mostBytesOf } from "@orchestrator/domain/TextBytes"
import fc from "fast-check"

describe("the bytes of a text", () => {
  it.each([["", 0], ["a", 1], ["é", 2], ["€", 3], ["😀", 4], ["\ud83d", 3]])(
    "%j has %d",
    (text, want) => assert.strictEqual(bytesOf(text), want)
  )

  it("are never more than the most that is said", () =>
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => bytesOf(text) <= mostBytesOf(text))
    ))

  it("in a value fit as they are counted, however near the bound", () =>
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), fc.integer({ min: -20, max: 20 }), (texts, beside) => {
        const max = bytesIn(texts) + beside
        return bytesFit({ texts }, max) === (beside >= 0)
      })
    ))
})
