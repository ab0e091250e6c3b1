import { assert, describe, it } from "@effect/vitest"
import { makeLines } from "../../src/live/Lines.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

const textsOf = (lines: ReadonlyArray<Buffer> | undefined) => lines?.map((line) => line.toString("utf8"))

describe("makeLines", () => {
  it.each([
    { name: "whole lines", chunks: ["a\nb\n"], want: ["a", "b"], rest: false },
    { name: "a line over chunks", chunks: ["a", "b", "c\nd"], want: ["abc"], rest: true },
    { name: "empty lines", chunks: ["\n\n"], want: ["", ""], rest: false },
    { name: "a break of its own", chunks: ["a", "\n", "b\n"], want: ["a", "b"], rest: false },
    { name: "nothing", chunks: [""], want: [], rest: false }
  ])("$name", ({ chunks, rest, want }) => {
    const lines = makeLines(100)
    assert.deepStrictEqual(chunks.flatMap((chunk) => textsOf(lines.push(bytes(chunk))) ?? []), want)
    assert.strictEqual(lines.hasRest(), rest)
  })

  it("keeps characters whole that chunks cut", () => {
    const text = bytes("é→𝄞\n")
    for (let cut = 0; cut <= text.length; cut++) {
      const lines = makeLines(100)
      const found = [...lines.push(text.subarray(0, cut)) ?? [], ...lines.push(text.subarray(cut)) ?? []]
      assert.deepStrictEqual(textsOf(found), ["é→𝄞"])
    }
  })

  it.each([
    { name: "in one chunk", chunks: ["12345678901\n"] },
    { name: "over chunks", chunks: ["12345", "678901\n"] },
    { name: "without an end", chunks: ["123456", "78901"] }
  ])("gives up on a line that is too long, $name", ({ chunks }) => {
    const lines = makeLines(10)
    assert.isUndefined(chunks.map((chunk) => lines.push(bytes(chunk))).at(-1))
  })

  it("takes a line of just the limit, again and again", () => {
    const lines = makeLines(10)
    assert.deepStrictEqual(textsOf(lines.push(bytes("1234567890\n1234567890\n"))), ["1234567890", "1234567890"])
  })
})
