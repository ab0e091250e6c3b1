import { assert, describe, it } from "@effect/vitest"
import { payloads } from "../fixtures/Payloads.ts"
import { problemsOf, rendered } from "../fixtures/Render.ts"

describe("JSON", () => {
  const source = `{
    "quoted": "{{x}}", "bare": {{x}}, "triple": "{{{x}}}", "value": {{json x}}, "text": "{{json x}}",
    "a \\" b": "{{x}}", "part": "a {{x}} \\"b\\" {{y}}", "list": {{json xs}}, "n": {{n}}, "nText": "{{n}}", "{{x}} key": true
  }`

  it.each(Object.entries({ ...payloads, nul: "a\0b" }))("holds exactly the value: %s", (_, text) => {
    assert.deepStrictEqual(JSON.parse(rendered("json", source, { x: text, y: text, n: 3, xs: [text, text] })), {
      quoted: text,
      bare: text,
      triple: text,
      value: text,
      text: JSON.stringify(text),
      "a \" b": text,
      part: `a ${text} "b" ${text}`,
      list: [text, text],
      n: 3,
      nText: "3",
      [`${text} key`]: true
    })
  })

  it("may differ by branch", () => {
    const branches = "{\"a\": {{#if x}}\"{{x}}\"{{else}}null{{/if}} }"
    assert.deepStrictEqual(JSON.parse(rendered("json", branches, { x: "\"" })), { a: "\"" })
    assert.deepStrictEqual(JSON.parse(rendered("json", branches, {})), { a: null })
  })

  it.each([
    { name: "a backslash before a value", source: "{\"a\": \"\\\\{{service}}\"}" },
    { name: "a string that one branch closes", source: "{\"a\": \"{{#if service}}\"{{/if}}, {{model}} }" },
    { name: "a string that stays open", source: "{\"a\": \"{{service}} }" }
  ])(
    "refuses $name",
    ({ source }) => assert.deepStrictEqual(problemsOf("json", source).map(({ reason }) => reason), ["Placement"])
  )
})
