import { assert, describe, it } from "@effect/vitest"
import { httpAddress } from "../../src/show/HttpAddress.ts"

describe("an address that the page links to", () => {
  it.each(["https://github.com/example/a/pull/1", "http://127.0.0.1:3000/x?y#z"])(
    "is of the web: %s",
    (text) => assert.strictEqual(httpAddress(text), text)
  )

  it.each([
    "javascript:alert(1)",
    " https://a.example",
    "https:",
    "https://user:password@a.example",
    "data:text/html,x",
    "file:///etc/passwd",
    "//a.example",
    "https://a.example/\nx",
    ""
  ])("is no other: %j", (text) => assert.isUndefined(httpAddress(text)))
})
