import { assert, describe, it } from "@effect/vitest"
import { baseOf, encodingOf, forwardedBase, pagePath } from "../../../src/server/page/PagePath.ts"

const html = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

describe("what a path means to the page", () => {
  it.each([
    { given: ["/", "*/*"], want: "View" },
    { given: ["/runs/code-runs/a", html], want: "View" },
    { given: ["/runs/code-runs/a", "*/*"], want: "Other" },
    { given: ["/runs/code-runs/a", "application/json"], want: "Other" },
    { given: ["/api/v1/nothing", html], want: "Other" },
    { given: ["/api", html], want: "Other" },
    { given: ["/apiary", html], want: "View" },
    { given: ["/mcp", html], want: "Other" },
    { given: ["/assets/index-a1.js", "*/*"], want: "Asset" },
    { given: ["/assets/index-a1.js.br", "*/*"], want: "Other" },
    { given: ["/assets/../sources.txt", "*/*"], want: "Other" },
    { given: ["/assets/..%2fsources.js", html], want: "Other" },
    { given: ["/assets/a/b.js", "*/*"], want: "Other" },
    { given: ["/assets/", html], want: "Other" }
  ])(
    "$given is $want",
    ({ given: [path = "", accept = ""], want }) => assert.strictEqual(pagePath(path, accept)._tag, want)
  )
})

describe("the base of a view", () => {
  it.each([
    { given: "/", want: "./" },
    { given: "/spend", want: "./" },
    { given: "/spend/", want: "../" },
    { given: "/runs/code-runs/a", want: "../../" },
    { given: "/runs/code-runs/a/transcript", want: "../../../" }
  ])("of $given is $want", ({ given, want }) => {
    assert.strictEqual(baseOf(given), want)
    assert.strictEqual(new URL(want, `https://host/below${given}`).pathname, "/below/")
  })

  it.each([
    { given: "/orchestrator", want: "/orchestrator/" },
    { given: "/a/b/", want: "/a/b/" },
    { given: undefined, want: undefined },
    { given: "", want: undefined },
    { given: "/", want: undefined },
    { given: "//elsewhere.example", want: undefined },
    { given: "https://elsewhere.example/", want: undefined },
    { given: "/a\"><script>", want: undefined }
  ])("forwarded as $given is $want", ({ given, want }) => assert.strictEqual(forwardedBase(given), want))
})

describe("the encoding of a file", () => {
  it.each([
    { given: "gzip, deflate, br, zstd", want: "br" },
    { given: "gzip, deflate", want: "gzip" },
    { given: "br;q=0, gzip;q=0.5", want: "gzip" },
    { given: "GZIP", want: "gzip" },
    { given: "identity", want: undefined },
    { given: "", want: undefined }
  ])("for $given is $want", ({ given, want }) => assert.strictEqual(encodingOf(given)?.name, want))
})
