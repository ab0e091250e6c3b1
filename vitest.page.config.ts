/** The page in a real browser, Debian's chromium. See docs/guides/page-tests.md. `-u` writes the pictures that others are compared with. */
import { defineConfig } from "vitest/config"

/** A machine that others keep busy: what fails once in CI is tried again, and the report says so. At a desk nothing is. */
const retry = process.env["CI"] === undefined ? 0 : 1

const updates = process.argv.some((arg) => arg === "-u" || arg === "--update")

export default defineConfig({
  test: {
    include: ["packages/dashboard/test/page/**/*.page.test.ts"],
    globalSetup: ["tools/page/GlobalSetup.ts"],
    env: updates ? { UPDATE_PICTURES: "yes" } : {},
    // A browser is several processes.
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    retry
  }
})
