/** What git prints, as the facts that the delivery is made of. */
import { assert, describe, it } from "@effect/vitest"
import { rival } from "../../../src/git/Branch.ts"
import { parseAgentGit } from "../../../src/runner/workspace/AgentGit.ts"
import { complaints, parseShort } from "../../../src/runner/workspace/Collect.ts"
import { parseNewLinks, reachableModules } from "../../../src/runner/workspace/Links.ts"

describe("the agent's git", () => {
  it("is known by what compares content, and by the names of its programs", () => {
    const { files, filters, settings } = parseAgentGit(
      "core.autocrlf\ninput\0core.eol\nlf\0core.hookspath\n/evil\0filter.strip.clean\ngrep -v x\0filter.a.b.process\np\0" +
        "filter.c.smudge\ns\0core.excludesfile\n~/ignore\0core.autocrlf\n$(x)\0core.bare\0"
    )
    assert.deepStrictEqual(settings, [["core.autocrlf", "input"], ["core.eol", "lf"]])
    assert.deepStrictEqual([...filters ?? []], ["strip", "a.b"])
    assert.deepStrictEqual(files, { "core.excludesfile": "~/ignore" })
  })
})

describe("a short status", () => {
  it("has files, repositories and what is modified", () => {
    assert.deepStrictEqual(parseShort("?? new\0?? a b/\0 M tracked\0MM both\0A  staged\0!! no\0"), {
      modified: ["tracked", "both"],
      files: ["new"],
      nested: ["a b"]
    })
    assert.deepStrictEqual(parseShort(""), { modified: [], files: [], nested: [] })
  })
})

describe("git's complaints", () => {
  it.each([
    { said: "error: open(\"secret\"): Permission denied\nerror: unable to index file 'secret'", want: ["secret"] },
    { said: "error: 'app/' does not have a commit checked out\nfatal: adding files failed", want: ["app/"] },
    { said: "warning: could not open directory 'deep/': Permission denied", want: ["deep/"] },
    { said: "error: invalid path '.GIT/config'", want: [".GIT/config"] },
    { said: "", want: [] }
  ])("name paths: $said", ({ said, want }) => assert.deepStrictEqual(complaints(said), want))
})

describe("links", () => {
  it("are what has become one", () => {
    const zeros = "0".repeat(40)
    assert.deepStrictEqual(
      parseNewLinks(
        `:000000 160000 ${zeros} ${zeros} A\0lib\0:160000 160000 ${zeros} ${zeros} M\0known\0:100644 160000 ${zeros} ${zeros} T\0was\0` +
          `:000000 100644 ${zeros} ${zeros} A\0file\0`
      ),
      ["lib", "was"]
    )
  })

  it.each([
    { url: "https://github.com/acme/lib", want: true },
    { url: "git@github.com:acme/lib.git", want: true },
    { url: "../lib.git", want: true },
    { url: "./lib", want: false },
    { url: "/workspace/lib", want: false },
    { url: "file:///workspace/lib", want: false }
  ])("lead somewhere by $url: $want", ({ url, want }) => {
    const listing = `submodule.lib.path\nlib\0submodule.lib.url\n${url}\0`
    assert.strictEqual(reachableModules(listing).has("lib"), want)
  })
})

describe("a branch", () => {
  it.each([
    { heads: ["main", "feature"], branch: "feature/task-1", want: "feature" },
    { heads: ["main", "feature/task-1/part"], branch: "feature/task-1", want: "feature/task-1/part" },
    { heads: ["main", "feature/task-10", "features"], branch: "feature/task-1", want: undefined },
    { heads: ["feature/task-1"], branch: "feature/task-1", want: undefined }
  ])("$branch cannot be beside $want", ({ branch, heads, want }) => assert.strictEqual(rival(heads, branch), want))
})
