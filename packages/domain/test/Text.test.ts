import { assert, describe, it } from "@effect/vitest"
import { sentence } from "../src/Text.ts"

describe("a sentence", () => {
  it.each([
    ["The limit is reached", "The limit is reached."],
    ["It resets 9:11pm (UTC)", "It resets 9:11pm (UTC)."],
    ["Done.", "Done."],
    [" Why? ", "Why?"],
    ["", ""]
  ])("%j is %j", (text, want) => assert.strictEqual(sentence(text), want))
})
