/** Tests on a real Kubernetes control plane: one file after the other, since they share it. See docs/guides/cluster-tests.md. */
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.cluster.test.ts"],
    globalSetup: ["tools/kube/GlobalSetup.ts"],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 240_000
  }
})
