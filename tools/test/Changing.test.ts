import { assert, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

const paths = [...readFileSync(`${root}/docs/changing.md`, "utf8").matchAll(/`((?:packages|chart|docs)\/[\w./-]+)`/g)]
  .map(([, path = ""]) => path)

it("every place that docs/changing.md names is there", () => {
  assert.isAbove(paths.length, 20)
  assert.deepStrictEqual(paths.filter((path) => !existsSync(`${root}/${path}`)), [])
})
