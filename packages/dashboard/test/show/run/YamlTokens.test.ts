import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { stringify } from "yaml"
import { yamlLines } from "../../../src/show/run/YamlTokens.ts"

const kindsOf = (line: string) =>
  yamlLines(line)[0]?.filter(({ kind }) => kind !== "plain").map(({ kind, text }) => `${kind} ${text}`)

describe("parts of a YAML text", () => {
  it.each<readonly [string, ReadonlyArray<string>]>([
    ["name: payments", ["key name", "text payments"]],
    ["  - contextVersion: 2", ["key contextVersion", "number 2"]],
    ["cancel: false", ["key cancel", "word false"]],
    ["url: https://example.com:8080/a#b", ["key url", "text https://example.com:8080/a#b"]],
    ["- just a text: with more", ["key just a text", "text with more"]],
    ["# a comment", ["comment # a comment"]],
    ["\"quoted: key\": 1", ["key \"quoted: key\"", "number 1"]]
  ])("%j", (line, want) => assert.deepStrictEqual(kindsOf(line), want))

  it("are texts in a block, whatever they look like", () => {
    const lines = yamlLines(stringify({ prompt: "one: two\nthree: 3\n\nend", after: 1 }))
    assert.deepStrictEqual(lines.map((line) => line.map(({ kind }) => kind).join(" ")), [
      "key plain plain text",
      "text",
      "text",
      "",
      "text",
      "key plain plain number"
    ])
  })

  it("are together the text again", () => {
    const value = fc.jsonValue({ maxDepth: 3 })
    fc.assert(fc.property(fc.dictionary(fc.string(), value), (object) => {
      const text = stringify(object)
      assert.strictEqual(
        yamlLines(text).map((line) => line.map((token) => token.text).join("")).join("\n"),
        text.replace(/\n$/, "")
      )
    }))
  })

  it("are found in a moment, however long the lines are", { timeout: 5000 }, () => {
    const line = `key: ${"a: ".repeat(400_000)}`
    assert.strictEqual(yamlLines(line)[0]?.length, 1)
    yamlLines(`${"a".repeat(1990)}\n`.repeat(2000))
  })
})
