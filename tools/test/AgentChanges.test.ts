/** What `npm run test:agent -- --latest` says. */
import { assert, it } from "@effect/vitest"
import { changesWithVersions } from "../agent/Changes.ts"

const report = {
  testResults: [
    {
      name: "/r/packages/agent/test/cli/matrix/Codex.agent.test.ts",
      assertionResults: [
        { status: "failed", fullName: "a later attempt resumes" },
        { status: "passed", fullName: "delivers" }
      ]
    },
    {
      name: "/r/packages/agent/test/cli/Ends.agent.test.ts",
      assertionResults: [{ status: "passed", fullName: "works" }]
    }
  ]
}

it("names the cases that fail with the newer version of their agent", () => {
  assert.deepStrictEqual(
    changesWithVersions([
      { name: "claude", from: "2.1.0", to: "2.2.0" },
      { name: "codex", from: "0.1.0", to: "0.2.0" }
    ], report),
    ["claude 2.2.0: behaves as 2.1.0", "codex 0.2.0 is not as 0.1.0:", "  a later attempt resumes"]
  )
})

it("says where nothing is newer", () => {
  assert.deepStrictEqual(changesWithVersions([], report), ["no agent has a newer version than the pinned one"])
})
