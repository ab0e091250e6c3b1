/** A reason that a person meets and finds nowhere: every one stands in the guide, with what to do next. */
import { assert, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { ProgressReason, Reason } from "../src/Reason.ts"
import { reasonsPage } from "../src/ReasonGuide.ts"

const guide = readFileSync(new URL("../../../docs/guides/reasons.md", import.meta.url), "utf8")

const sectionOf = (name: string, text: string): string | undefined =>
  text.split(/^### /m).find((section) => section.startsWith(`${name}\n`))

it("the guide is the one that the schemas make", () => assert.strictEqual(guide, reasonsPage))

it.each(Reason.literals)("%s stands in the guide, with what a person does next", (reason) => {
  assert.match(sectionOf(reason, guide) ?? "", /\n\nNext: \S/)
})

it.each(ProgressReason.literals)(
  "the condition's reason %s stands in the guide, with what a person does next",
  (reason) => {
    const list = guide.slice(guide.indexOf("## Reasons of the condition Progressing"))
    assert.match(sectionOf(reason, list) ?? "", /\n\nNext: \S/)
  }
)

it("no reason stands in it that no run has", () => {
  const named = [...guide.matchAll(/^### (\w+)$/gm)].map(([, name]) => name)
  const known: ReadonlySet<string | undefined> = new Set([...Reason.literals, ...ProgressReason.literals])
  assert.deepStrictEqual(named.filter((name) => !known.has(name)), [])
})
