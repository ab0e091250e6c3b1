/** The address of a pull request may have come out of a container: only pages of the web are opened. */
import { assert, describe, it } from "@effect/vitest"
import { pageOf } from "../../src/runs/RunPage.ts"
import { codeAnswer } from "../fixtures/Answers.ts"

const page = (pullRequestUrl: string) => pageOf(codeAnswer({ status: { pullRequestUrl } }))

it("a pull request is a page", () =>
  assert.strictEqual(page("https://github.com/example/payments/pull/7"), "https://github.com/example/payments/pull/7"))

describe("nothing else is", () => {
  it.each([
    "",
    "--help",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://h/a b",
    "vscode://open",
    "https://[",
    " https://h"
  ])(
    "%j",
    (url) => assert.isUndefined(page(url))
  )
})
