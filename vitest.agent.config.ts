/** Tests with the real Claude Code CLI in processes like a pod's. See docs/guides/agent-tests.md. */
import { defineConfig } from "vitest/config"

/** A machine that others keep busy: what fails once in CI is tried again, and the report says so. At a desk nothing is. */
const retry = process.env["CI"] === undefined ? 0 : 1

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.agent.test.ts"],
    globalSetup: ["tools/agent/GlobalSetup.ts"],
    maxWorkers: 3,
    testTimeout: 300_000,
    hookTimeout: 60_000,
    retry
  }
})
