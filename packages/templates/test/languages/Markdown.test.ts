import { assert, describe, it } from "@effect/vitest"
import { payloads } from "../fixtures/Payloads.ts"
import { problemsOf, rendered } from "../fixtures/Render.ts"

const all = Object.entries({ ...payloads, nul: "a\0b" })

/** Whether the text is one code span: no run of backticks inside is as long as the two at its ends. */
const isOneSpan = (text: string): boolean => {
  const ticks = /^`+/.exec(text)?.[0] ?? ""
  const inner = text.slice(ticks.length, -ticks.length)
  return ticks !== "" && text.endsWith(ticks) && !text.includes("\n") &&
    (inner.match(/`+/g) ?? []).every((run) => run.length !== ticks.length) && !inner.startsWith("`") &&
    !inner.endsWith("`")
}

/** Whether the lines are one fenced block: the first opens it, the last is the only one that can close it. */
const isOneFence = (lines: ReadonlyArray<string>): boolean => {
  const fence = /^`{3,}/.exec(lines[0] ?? "")?.[0] ?? ""
  const closes = (line: string) => (/^ {0,3}(`{3,})\s*$/.exec(line)?.[1] ?? "").length >= fence.length
  return fence !== "" && lines.slice(1).findIndex(closes) === lines.length - 2
}

describe("Markdown", () => {
  it.each(all)("alone on a line, a text is one fenced block: %s", (_, text) => {
    const [before, empty, ...rest] = rendered("markdown", "before\n\n{{x}}\n\nafter", { x: text }).split("\n")
    assert.deepStrictEqual([before, empty, rest.at(-1), rest.at(-2)], ["before", "", "after", ""])
    const block = rest.slice(0, -2)
    if (text === "") assert.deepStrictEqual(block, [""])
    else assert.isTrue(isOneFence(block), block.join("\n"))
  })

  it.each(all)("inside a line, a text is one code span or one plain word: %s", (_, text) => {
    const line = rendered("markdown", "before {{x}} after", { x: text })
    const written = line.slice("before ".length, -" after".length)
    assert.isTrue(written === "" ? text === "" : isOneSpan(written) || /^[a-z]+$/.test(written), written)
  })

  it.each(all)("in a code span of the author's, a text ends it not: %s", (_, text) => {
    const line = rendered("markdown", "run `git checkout {{x}}` now", { x: text })
    assert.match(line, /^run `git checkout [^`\n]*` now$/)
  })

  it.each(all)("in a fence of the author's, a text ends it not: %s", (_, text) => {
    const lines = rendered("markdown", "````sh\na {{x}}\n{{x}}\n````\nafter", { x: text }).split("\n")
    assert.strictEqual(lines.at(-1), "after")
    assert.isTrue(isOneFence(lines.slice(0, -1)))
  })

  it.each(all)("in a table, a text stays in its cell: %s", (_, text) => {
    const line = rendered("markdown", "| a | {{x}} | b |", { x: text })
    assert.notInclude(line, "\n")
    assert.strictEqual((line.match(/(?<!\\)\|/g) ?? []).length, 4)
  })

  it.each([
    { name: "a word as it is", source: "on {{x}}.", x: "feature/task-7", want: "on feature/task-7." },
    {
      name: "an address as it is",
      source: "{{x}} is",
      x: "git@github.com:acme/shop.git",
      want: "git@github.com:acme/shop.git is"
    },
    { name: "more ticks than the text has", source: "a {{x}}", x: "b `` c", want: "a ```b `` c```" },
    { name: "room for ticks at the ends", source: "a {{x}}", x: "`b`", want: "a `` `b` ``" },
    {
      name: "the indentation of a list",
      source: "- a\n\n  {{x}}\n",
      x: "b\nc",
      want: "- a\n\n  ```text\n  b\n  c\n  ```\n"
    },
    { name: "a reference to a file, disarmed", source: "a {{x}}", x: "see @src/a", want: "a `see \\@src/a`" },
    { name: "a reference at the start of a code span", source: "`{{x}}`", x: "@a", want: "`\\@a`" },
    { name: "an address of mail, left", source: "a {{x}}", x: "b@c.de", want: "a b@c.de" },
    { name: "control characters, visible", source: "a {{x}}", x: "\u001b[1m", want: "a `\u241b[1m`" }
  ])("writes $name", ({ source, want, x }) => assert.strictEqual(rendered("markdown", source, { x }), want))

  it("writes lists and objects as JSON", () =>
    assert.strictEqual(
      rendered("markdown", "{{json xs}}", { xs: ["```"] }),
      "````json\n[\n  \"```\"\n]\n````"
    ))

  it.each([
    { name: "a comment", source: "<!-- {{service}} -->" },
    { name: "raw HTML", source: "<pre>\n\n{{service}}\n</pre>" },
    { name: "an HTML block", source: "<details>\n{{service}}\n\n</details>" },
    { name: "a tag", source: "see <a href=\"{{service}}\">" },
    { name: "the line of an opening fence", source: "```{{service}}\n```" },
    { name: "a code span that does not close", source: "the ` sign and {{service}}" },
    { name: "what is no fence, since a value stands before it", source: "{{task_id}}```\n{{service}}\n```\n" },
    { name: "a fence that stays open", source: "```\n{{service}}" },
    { name: "a fence that one branch opens", source: "{{#if service}}\n```\n{{/if}}\n{{model}}" }
  ])(
    "refuses a text in $name",
    ({ source }) => assert.deepStrictEqual(problemsOf("markdown", source).map(({ reason }) => reason), ["Placement"])
  )
})
