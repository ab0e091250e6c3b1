import { assert, describe, it } from "@effect/vitest"
import { inert } from "../src/Inert.ts"

describe("words that do nothing where forges read them", () => {
  const cases: ReadonlyArray<readonly [text: string, shown: string]> = [
    ["Add the endpoint", "Add the endpoint"],
    ["api-gateway_2.1", "api-gateway_2.1"],
    ["gh-pages, ghost-1", "gh-pages, ghost-1"],
    ["fixes #12", "fixes # 12"],
    ["fixes gh-12", "fixes gh- 12"],
    ["closes https://forge.example/a/b/issues/3", "closes https://forge.example/a/b/issues/ 3"],
    ["ask @ada", "ask @ ada"],
    ["/merge", ". /merge"],
    ["[skip ci]", "[ skip ci]"],
    ["***NO_CI***", "*** NO_CI***"],
    ["Signed-off-by: Ada", "Signed-off-by : Ada"]
  ]
  for (const [text, shown] of cases) {
    it(`${JSON.stringify(text)} is shown as ${JSON.stringify(shown)}`, () => {
      assert.strictEqual(inert(text), shown)
    })
  }
})
