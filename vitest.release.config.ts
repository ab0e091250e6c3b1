/** What a release consists of is made, and started from these files alone on a real control plane. */
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/cli/test/**/*.release.test.ts"],
    globalSetup: ["tools/release/GlobalSetup.ts", "tools/kube/GlobalSetup.ts"],
    // Its addresses are none of test:cluster's, beside which it may run.
    env: { PLANE_LANE: "2" },
    testTimeout: 300_000,
    hookTimeout: 600_000
  }
})
