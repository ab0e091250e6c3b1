/** The lab of workspaces: what repositories and agents do to a clone, with real git. One case is about two hundred processes. */
import { defineConfig } from "vitest/config"

/** A machine that others keep busy: what fails once in CI is tried again, and the report says so. At a desk nothing is. */
const retry = process.env["CI"] === undefined ? 0 : 1

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.lab.test.ts"],
    globalSetup: ["tools/build/GlobalSetup.ts"],
    // One case is about two hundred processes; a busy machine starts some ten a second.
    testTimeout: 240_000,
    isolate: false,
    maxWorkers: 3,
    // A process is forked in proportion to the memory of whoever starts it.
    execArgv: ["--max-semi-space-size=2"],
    retry
  }
})
