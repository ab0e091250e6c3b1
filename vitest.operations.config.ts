/** What an operator has: metrics, alerts and the dashboard, with Prometheus' own promtool (Debian's package prometheus). */
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.operations.test.ts", "tools/test/**/*.operations.test.ts"],
    globalSetup: ["tools/operations/GlobalSetup.ts"],
    testTimeout: 120_000,
    isolate: false,
    maxWorkers: 2
  }
})
