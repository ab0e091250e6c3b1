/**
 * Small wrongs that a tool makes of every expression of the rules and of the line, each of which a table has to notice: see
 * docs/guides/faults.md. No kind of mutant is left out, and no text: what a status says is what a person acts upon.
 */
export default {
  mutate: ["packages/controller/src/{decide,line}/**/*.ts"],
  testRunner: "vitest",
  plugins: ["./packages/controller/test/stryker/Plugin.ts"],
  vitest: { configFile: "vitest.stryker.config.ts", related: false },
  coverageAnalysis: "perTest",
  // All but a few mutants are played in the first run.
  dryRunTimeoutMinutes: 30,
  thresholds: { high: 95, low: 90, break: 90 },
  // The copy that is mutated: the controller alone. Its neighbours are found through node_modules, as they are.
  ignorePatterns: [
    "**",
    "!packages/controller/**",
    "!packages/*/tsconfig.json",
    "!tools/LongestFirst.ts",
    "!tsconfig.base.json",
    "!vitest.stryker.config.ts"
  ],
  tempDirName: ".tsbuild/stryker",
  incrementalFile: ".tsbuild/stryker.json",
  reporters: ["clear-text", "progress-append-only"],
  clearTextReporter: { allowEmojis: false, logTests: false, reportTests: false }
}
