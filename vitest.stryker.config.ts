/**
 * What judges a mutant of decide/ and line/ (stryker.config.ts): the tables beside them, which take two seconds. What plays whole runs, or
 * looks for counterexamples, finds mutants as well, but one by one it would take hours.
 */
import { defineConfig } from "vitest/config"
import { longestFirst } from "./tools/LongestFirst.ts"

export default defineConfig({
  test: {
    include: ["packages/controller/test/{decide,line}/**/*.test.ts"],
    exclude: [
      "**/PlanProperties.test.ts",
      "**/RunLife.test.ts",
      "**/Deadlock.hostile.test.ts",
      "**/Line.hostile.test.ts"
    ],
    isolate: false,
    runner: "./packages/controller/test/stryker/AllMutants.ts",
    // The first test that fails ends a mutant: first those that fail for most of them.
    sequence: { sequencer: longestFirst(["/Plan.test.", "/Judge", "/line/"]) }
  }
})
