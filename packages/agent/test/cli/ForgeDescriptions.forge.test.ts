import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { describe as descriptionIn, fileOf, published } from "../../../../tools/agent/ForgeDescriptions.ts"

describe("what the double of a forge is held to", () => {
  it.each(Object.entries(published))("is what is published: %s", (forge, source) => {
    const ours: unknown = JSON.parse(readFileSync(fileOf(forge), "utf8"))
    assert.deepStrictEqual(JSON.parse(JSON.stringify(descriptionIn(source))), ours)
  })
})
