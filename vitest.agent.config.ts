/** Tests with the agents' real CLIs in processes like a pod's. See docs/guides/agent-tests.md. */
import { defineConfig } from "vitest/config"
import { longestFirst } from "./tools/LongestFirst.ts"

/** A machine that others keep busy: what fails once in CI is tried again, and the report says so. At a desk nothing is. */
const retry = process.env["CI"] === undefined ? 0 : 1

/** Files of minutes. */
const long = ["matrix/Opencode", "matrix/Gemini", "Sessions", "Trouble", "matrix/Codex"]

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.agent.test.ts"],
    globalSetup: ["tools/agent/GlobalSetup.ts"],
    sequence: { sequencer: longestFirst(long.map((name) => `/${name}.agent.test.ts`)) },
    maxWorkers: 3,
    testTimeout: 300_000,
    hookTimeout: 240_000,
    retry
  }
})
