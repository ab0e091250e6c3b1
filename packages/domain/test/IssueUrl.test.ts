import { assert, describe, it } from "@effect/vitest"
import { issueAddress, repositoryPath } from "../src/IssueUrl.ts"

describe("the address of an issue", () => {
  const own = { url: "https://github.com/acme/x/issues/12", repositoryUrl: "https://github.com/acme/x", number: 12 }
  it.each([
    { name: "as it is", given: own.url },
    { name: "with a slash at the end", given: `${own.url}/` },
    { name: "with a comment's mark", given: `${own.url}#issuecomment-77` },
    { name: "with a query", given: `${own.url}?notification=1&q=a b`.replace(" ", "+") }
  ])("$name", ({ given }) => assert.deepStrictEqual(issueAddress(given), own))

  it.each([
    ["http://localhost:3000/acme/x.y/issues/1", "http://localhost:3000/acme/x.y"],
    ["https://gitlab.example.com/a/b/c/-/issues/1", "https://gitlab.example.com/a/b/c"],
    ["https://gitlab.example.com/a/b/-/work_items/1", "https://gitlab.example.com/a/b"],
    ["https://github.com/acme/issues/issues/1", "https://github.com/acme/issues"]
  ])("%s names %s", (given, want) => assert.strictEqual(issueAddress(given)?.repositoryUrl, want))

  it("names owner and repository, with groups", () =>
    assert.strictEqual(repositoryPath("https://gitlab.example.com/a/b/c"), "a/b/c"))

  it.each([
    "",
    "12",
    "#12",
    "acme/x#12",
    "https://github.com/acme/x",
    "https://github.com/acme/x/pull/12",
    "https://github.com/acme/x/issues",
    "https://github.com/acme/x/issues/0",
    "https://github.com/acme/x/issues/012",
    "https://github.com/acme/x/issues/1e3",
    "https://github.com/acme/x/issues/12/events",
    "https://github.com/acme/x/issues/99999999999",
    "https://github.com/issues/1",
    "https://github.com/acme/issues/1",
    "https://github.com/../x/issues/1",
    "https://github.com/acme/./x/issues/1",
    "https://user:secret@github.com/acme/x/issues/1",
    "https://github.com\\@evil.example/acme/x/issues/1",
    "https://github.com#/acme/x/issues/1",
    "https://github.com/acme/x%2Fy/issues/1",
    "file:///acme/x/issues/1",
    "javascript://github.com/acme/x/issues/1",
    "https://github.com/acme/x/issues/1 2",
    "https://github.com/acme/x/issues/1\n",
    `https://github.com/${"a/".repeat(2000)}issues/1x`
  ])("%j is none", (given) => assert.isUndefined(issueAddress(given)))
})
