/** What somebody may write into an issue for an agent alone: nobody who reads the page sees it. */
import { assert, describe, it } from "@effect/vitest"
import { visibleText } from "../../src/forge/VisibleText.ts"

const seen = (text: string) => visibleText(text, 65_536)

describe("what a page does not show goes:", () => {
  it.each<{ name: string; given: string; want: string }>([
    { name: "a comment", given: "a <!-- HIDDEN --> b", want: "a  b" },
    { name: "a comment of many lines", given: "a\n\n<!--\nHIDDEN\n\nHIDDEN\n-->\n\nb", want: "a\n\nb" },
    { name: "a comment that does not end", given: "a\n\n<!-- HIDDEN\n\nHIDDEN", want: "a" },
    { name: "a comment in a quotation", given: "> a\n> <!-- HIDDEN -->\n\nb", want: "> a\n>\n\nb" },
    { name: "a comment in a list", given: "- a\n\n  <!-- HIDDEN -->\n- b", want: "- a\n\n- b" },
    {
      name: "a comment with a code block's fence in it",
      given: "<!--\n```\n-->\nHIDDEN is not\n",
      want: "HIDDEN is not"
    },
    { name: "a comment behind a fence that is none", given: "<!-- ``` HIDDEN -->\nb", want: "b" },
    { name: "an instruction", given: "a\n\n<?HIDDEN ?>\n\nb", want: "a\n\nb" },
    { name: "a declaration", given: "a\n\n<!HIDDEN HIDDEN>\n\nb", want: "a\n\nb" },
    { name: "character data", given: "a\n\n<![CDATA[HIDDEN]]>\n\nb", want: "a\n\nb" },
    { name: "a script", given: "<script>\nHIDDEN\n</script>\n\nb", want: "b" },
    { name: "a style that does not end", given: "<style>\nHIDDEN", want: "" },
    { name: "a template", given: "<div>a<template>HIDDEN</template>b</div>", want: "ab" },
    { name: "attributes", given: "<p title=\"HIDDEN\">a</p>", want: "a" },
    { name: "attributes within a line", given: "a <b title=\"HIDDEN\">b</b>", want: "a b" },
    { name: "what a picture is said to be", given: "![HIDDEN *HIDDEN*](u.png)", want: "![](u.png)" },
    { name: "the same by a label", given: "![HIDDEN][x]\n\n[x]: u.png", want: "![][x]\n\n[x]: u.png" },
    { name: "a link's title", given: "[a](u \"HIDDEN\")", want: "[a](u )" },
    { name: "a definition's title", given: "[a]\n\n[a]: u \"HIDDEN\"", want: "[a]\n\n[a]: u" },
    { name: "a definition that serves as a comment", given: "a\n\n[//]: # (HIDDEN)\n\nb", want: "a\n\nb" },
    { name: "a definition that nothing refers to", given: "a\n\n[HIDDEN]: u", want: "a" },
    { name: "a footnote that nothing refers to", given: "a\n\n[^x]: HIDDEN HIDDEN", want: "a" },
    { name: "what stands behind a code block's language", given: "```js HIDDEN\ncode\n```", want: "```js\ncode\n```" },
    { name: "a language that is none", given: "```HIDDEN:ignore-all\ncode\n```", want: "```\ncode\n```" },
    { name: "characters without a width", given: "a\u200bb\u2060\u{e0041}\u202e", want: "ab" },
    { name: "a comment whose mark is parted by one", given: "<!\u200b-- HIDDEN -->", want: "" },
    { name: "letters of a terminal", given: "a\u001b[8mb\u001b[0m", want: "ab" }
  ])("$name", ({ given, want }) => assert.strictEqual(seen(given), want))
})

describe("what a page shows stays:", () => {
  it.each([
    { name: "text", given: "Pay **twice** with `x < y`." },
    { name: "a comment in a code block", given: "```html\n<!-- shown -->\n```" },
    { name: "a comment in code", given: "Write `<!-- shown -->` there." },
    { name: "a comment in an indented block", given: "a\n\n    <!-- shown -->\n\nb" },
    { name: "a mark that is escaped", given: "\\<!-- shown -->" },
    { name: "a link", given: "[shown](https://example.com/x) and <https://example.com/y>" },
    { name: "a footnote", given: "a[^1]\n\n[^1]: shown" },
    { name: "a table", given: "| a | b |\n|---|---|\n| 1 | 2 |" },
    { name: "a list of tasks", given: "- [x] one\n- [ ] two" },
    { name: "a comparison", given: "a < b and c > d" },
    { name: "letters of other scripts", given: "支払い 💳 naïve" }
  ])("$name", ({ given }) => assert.strictEqual(seen(given), given))

  it("a section that is opened first", () =>
    assert.strictEqual(
      seen("<details>\n<summary>Log</summary>\n\nline\n\n</details>"),
      "Log\n\nline"
    ))
})

it.each(["[", "]", "> ", "*a ", "`a``b", "<!--", "<a ", "- ", "[^a]: x\n\n", "&#0;", "\t\t\t>"])(
  "many of %j take seconds at most",
  (text) => {
    const long = text.repeat(Math.ceil(12_000 / text.length))
    assert.isAtMost(visibleText(long, 12_000).length, 12_000)
  },
  10_000
)
