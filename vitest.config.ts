import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "tools/test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/*.cluster.test.ts", "**/*.agent.test.ts", "**/*.browser.test.ts"],
    testTimeout: 60_000,
    isolate: false
  }
})
