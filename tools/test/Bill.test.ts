import { assert, describe, it } from "@effect/vitest"
import { billOf, packageFolders } from "../build/Bill.ts"

describe("the bill of materials", () => {
  it("has the packages whose modules are bundled, each once, and nothing of our own", () => {
    assert.deepStrictEqual(
      packageFolders([
        "/src/packages/cli/src/bin.ts",
        "/src/node_modules/yaml/dist/index.js",
        "/src/node_modules/yaml/dist/doc/Document.js",
        "/src/node_modules/@scope/name/index.js",
        "/src/node_modules/a/node_modules/@scope/name/index.js?used",
        "\0/src/node_modules/b/index.cjs?commonjs-es-import",
        "\0rolldown/runtime.js"
      ]),
      [
        "/src/node_modules/@scope/name",
        "/src/node_modules/a/node_modules/@scope/name",
        "/src/node_modules/b",
        "/src/node_modules/yaml"
      ]
    )
  })

  it("is the same for the same packages, in whatever order and however often they come", () => {
    const [one, two, older] = [
      { name: "@scope/name", version: "2.0.0", license: "(MIT OR Apache-2.0)" },
      { name: "yaml", version: "2.9.1" },
      { name: "yaml", version: "1.0.0" }
    ]
    const bill = billOf("0.1.0", [one, two, older])
    assert.deepStrictEqual(billOf("0.1.0", [older, two, one, two]), bill)
    assert.deepStrictEqual(bill.components.map(({ purl }) => purl), [
      "pkg:npm/%40scope/name@2.0.0",
      "pkg:npm/yaml@1.0.0",
      "pkg:npm/yaml@2.9.1"
    ])
    assert.deepStrictEqual(bill.components[0]?.licenses, [{ expression: "(MIT OR Apache-2.0)" }])
    assert.notProperty(bill.components[1], "licenses")
  })
})
