/** Tests with a real forge, whose pull requests, reviews, branch protection and webhooks are Gitea's. See docs/guides/forge-tests.md. */
import { defineConfig } from "vitest/config"

/** A machine that others keep busy: what fails once in CI is tried again, and the report says so. At a desk nothing is. */
const retry = process.env["CI"] === undefined ? 0 : 1

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.forge.test.ts"],
    globalSetup: ["tools/forge/GlobalSetup.ts"],
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 240_000,
    retry
  }
})
