import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { publishedDescription } from "../../../../tools/agent/GitHubDescription.ts"

describe("the description that the double of GitHub is held to", () => {
  it("is the published one", () => {
    const ours: unknown = JSON.parse(
      readFileSync(new URL("../fixtures/github/description.json", import.meta.url), "utf8")
    )
    assert.deepStrictEqual(JSON.parse(JSON.stringify(publishedDescription())), ours)
  })
})
