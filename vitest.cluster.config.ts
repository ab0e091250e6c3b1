/** Tests on real Kubernetes control planes: a worker has one for its files, one after the other. See docs/guides/cluster-tests.md. */
import { defineConfig } from "vitest/config"
import { longestFirst } from "./tools/LongestFirst.ts"

/** A machine that others keep busy: what fails once in CI is tried again, and the report says so. At a desk nothing is. */
const retry = process.env["CI"] === undefined ? 0 : 1

/** Files of about a minute and more. */
const long = ["Helm", "Crash", "Guides", "Backup", "Replicas", "Outage", "Trouble", "Authority"]

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.cluster.test.ts"],
    globalSetup: ["tools/kube/GlobalSetup.ts"],
    sequence: { sequencer: longestFirst(long.map((name) => `/${name}.cluster.test.ts`)) },
    setupFiles: ["tools/kube/Worker.ts"],
    // A control plane that was given is one for all.
    maxWorkers: process.env["CONTROL_PLANE"] === undefined ? 2 : 1,
    testTimeout: 300_000,
    hookTimeout: 240_000,
    retry
  }
})
