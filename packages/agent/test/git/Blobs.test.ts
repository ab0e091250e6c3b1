import { assert, describe, it } from "@effect/vitest"
import { parseBatch } from "../../src/git/Blobs.ts"

const first = "a".repeat(40)
const second = "b".repeat(40)
const bytes = (text: string) => new TextEncoder().encode(text)

describe("what git cat-file --batch prints", () => {
  it.each<{ name: string; printed: string; want: Readonly<Record<string, string>> | undefined }>([
    { name: "of no object", printed: "", want: {} },
    { name: "of an empty blob", printed: `${first} blob 0\n\n`, want: { [first]: "" } },
    {
      name: "of one that looks like the next one's line",
      printed: `${first} blob 48\n${second} blob 0\n\n${second} blob 3\nä\n\n`,
      want: { [first]: `${second} blob 0\n`, [second]: "ä\n" }
    },
    { name: "of one that is missing", printed: `${first} missing\n`, want: undefined },
    { name: "of a folder", printed: `${first} tree 0\n\n`, want: undefined }
  ])("$name", ({ printed, want }) =>
    assert.deepStrictEqual(
      parseBatch(bytes(printed)),
      want === undefined ? undefined : new Map(Object.entries(want))
    ))
})
