import { assert, describe, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"

const views = join(import.meta.dirname, "../../src/views")

interface Sheet {
  readonly view: string
  readonly selectors: ReadonlyArray<string>
}

const selectorsOf = (text: string): ReadonlyArray<string> =>
  Array.from(
    text.replace(/\/\*.*?\*\//gs, "").matchAll(/([^{};]+)\{/g),
    ([, head = ""]) => head.split(",").map((each) => each.trim())
  ).flat().filter((selector) => !selector.startsWith("@") && !selector.startsWith("("))

const sheets = globSync(`${views}/*/*.css`).map((file): Sheet => ({
  view: basename(dirname(file)),
  selectors: selectorsOf(readFileSync(file, "utf8"))
}))

const classesOf = (selectors: ReadonlyArray<string>): ReadonlySet<string> =>
  new Set(selectors.flatMap((selector) => selector.match(/\.[a-z][\w-]*/g) ?? []))

/** Of everything that is on every page, or in several views. */
const shared = classesOf(
  globSync(`${views}/../{app,widgets}/*.css`).flatMap((file) => selectorsOf(readFileSync(file, "utf8")))
)

// A style sheet stays when its view is left.
describe("the style sheets of a view", () => {
  it.each([...new Set(sheets.map(({ view }) => view))])("%s are about nothing in another view", (view) => {
    const others = classesOf(sheets.filter((sheet) => sheet.view !== view).flatMap(({ selectors }) => selectors))
    const reaching = sheets.filter((sheet) => sheet.view === view).flatMap(({ selectors }) => selectors)
      .filter((selector) => [...classesOf([selector])].every((each) => shared.has(each) || others.has(each)))
    assert.deepStrictEqual(reaching, [])
  })
})
