import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { defineConfig } from "vitest/config"
import { longestFirst } from "./tools/LongestFirst.ts"

/** For workers and the programs that tests start: the same modules, compiled once. */
process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "orchestrator-compiled")

/** A machine that others keep busy: what fails once in CI is tried again, and the report says so. At a desk nothing is. */
const retry = process.env["CI"] === undefined ? 0 : 1

/** They start processes, which is cheapest while the workers are small; the rest is short and ends evenly. */
const processes = [
  "packages/cli/test/Dev.",
  "packages/cli/test/",
  "packages/agent/test/broker/",
  "packages/agent/test/runner/"
]

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "tools/test/**/*.test.ts"],
    exclude: [
      "**/node_modules/**",
      "**/*.cluster.test.ts",
      "**/*.agent.test.ts",
      "**/*.forge.test.ts",
      "**/*.lab.test.ts",
      "**/*.package.test.ts",
      "**/*.openapi.test.ts",
      "**/*.operations.test.ts",
      "**/*.page.test.ts",
      "**/*.release.test.ts"
    ],
    globalSetup: ["tools/build/GlobalSetup.ts"],
    testTimeout: 60_000,
    sequence: { sequencer: longestFirst(processes) },
    isolate: false,
    // Files that wait for processes leave their processor to others.
    maxWorkers: Math.max(4, availableParallelism()),
    retry
  }
})
