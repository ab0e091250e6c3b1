/** Tests on a real Kubernetes control plane: one file after the other, since they share it. See docs/guides/cluster-tests.md. */
import { defineConfig } from "vitest/config"

/** A machine that others keep busy: what fails once in CI is tried again, and the report says so. At a desk nothing is. */
const retry = process.env["CI"] === undefined ? 0 : 1

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.cluster.test.ts"],
    globalSetup: ["tools/kube/GlobalSetup.ts"],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 240_000,
    retry
  }
})
