import { defineConfig } from "vitest/config"

/** A machine that others keep busy: what fails once in CI is tried again, and the report says so. At a desk nothing is. */
const retry = process.env["CI"] === undefined ? 0 : 1

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "tools/test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/*.cluster.test.ts", "**/*.agent.test.ts", "**/*.browser.test.ts"],
    testTimeout: 60_000,
    isolate: false,
    retry
  }
})
