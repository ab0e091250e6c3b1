/** The OpenAPI document as other people's linters, generators and fuzzers take it. They are installed once per machine: tools/openapi. */
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/http/test/**/*.openapi.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 900_000,
    maxWorkers: 1
  }
})
