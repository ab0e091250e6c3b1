/** The lab of workspaces: what repositories and agents do to a clone, with real git. One case is about two hundred processes. */
import { defineConfig } from "vitest/config"

/** A machine that others keep busy: what fails once in CI is tried again, and the report says so. At a desk nothing is. */
const retry = process.env["CI"] === undefined ? 0 : 1

const faults = "packages/agent/test/faults/*.lab.test.ts"

export default defineConfig({
  test: {
    globalSetup: ["tools/build/GlobalSetup.ts"],
    testTimeout: 60_000,
    maxWorkers: 3,
    // A process is forked in proportion to the memory of whoever starts it.
    execArgv: ["--max-semi-space-size=2"],
    retry,
    projects: [
      {
        extends: true,
        test: { name: "lab", include: ["packages/*/test/**/*.lab.test.ts"], exclude: [faults], isolate: false }
      },
      // Programs that are killed there leave what they had begun: a worker of their own goes with them.
      { extends: true, test: { name: "faults", include: [faults], isolate: true } }
    ]
  }
})
