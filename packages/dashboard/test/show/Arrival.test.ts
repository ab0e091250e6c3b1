import { assert, describe, it } from "@effect/vitest"
import { arrivalAt, safeReturn } from "../../src/show/Arrival.ts"

const at = (address: string, base = "") => arrivalAt(new URL(address, "http://localhost"), base)

describe("what a person comes with", () => {
  it.each([
    ["/", "", { by: "address" }],
    ["/sign-in#link=abc_-9", "", { by: "link", code: "abc_-9" }],
    ["/below/sign-in#link=abc", "/below", { by: "link", code: "abc" }],
    ["/sign-in#link=abc", "/below", { by: "address" }],
    ["/sign-in?link=abc", "", { by: "address" }],
    ["/runs#link=abc", "", { by: "address" }],
    ["/sign-in#link=", "", { by: "address" }],
    ["/sign-in#link=a%20b", "", { by: "address" }],
    ["/sign-in/callback?code=a&state=b", "", { by: "provider" }],
    ["/below/sign-in/callback?error=access_denied", "/below", { by: "provider" }]
  ])("%s below %j", (address, base, want) => assert.deepStrictEqual<unknown>(at(address, base), want))
})

describe("where a person goes on", () => {
  it.each([
    ["/runs/code-runs/a?x=1#l5", "", "/runs/code-runs/a?x=1#l5"],
    ["/below/spend", "/below", "/below/spend"],
    ["/spend", "/below", "/below/"],
    ["//evil.example/", "", "/"],
    ["/\\evil.example", "", "/"],
    ["https://evil.example/", "", "/"],
    ["javascript:alert(1)", "", "/"],
    ["/sign-in/callback?code=a", "", "/"],
    ["", "", "/"]
  ])("%j below %j", (address, base, want) => assert.strictEqual(safeReturn(address, base), want))
})
