/** The published client: packed, installed outside the repository, checked and run by Node 22 and 24 and as a page would. */
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/client/test/**/*.package.test.ts"],
    globalSetup: ["tools/client/GlobalSetup.ts"],
    testTimeout: 120_000,
    hookTimeout: 300_000
  }
})
