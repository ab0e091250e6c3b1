import { assert, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { pinnedClaudeCode } from "../agent/ClaudeCode.ts"

const root = new URL("../../", import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), "utf8")

it("the Claude Code that the tests are run with is the one of the agents' image, of the README, and of the demonstration", () => {
  assert.include(read("Dockerfile.agent"), `ARG CLAUDE_CODE_VERSION=${pinnedClaudeCode}\n`)
  assert.include(read("README.md"), `tested with ${pinnedClaudeCode})`)
  assert.include(read("docs/guides/agent-tests.md"), `| ${pinnedClaudeCode} |`)
  const demo = new URL("packages/agent/demo/claude", root).pathname
  assert.include(execFileSync(process.execPath, [demo, "--version"], { encoding: "utf8" }), pinnedClaudeCode)
})
