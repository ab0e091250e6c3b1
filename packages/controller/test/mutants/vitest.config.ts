/** Unit tests with one mutant in the program; see Trial.ts. */
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { type Mutant, mutate, root } from "./Mutant.ts"

const given = process.env["MUTANT"]
const mutant: Mutant | undefined = given === undefined ? undefined : JSON.parse(given)
const mutated = mutant && fileURLToPath(new URL(mutant.file, root))

export default defineConfig({
  root: fileURLToPath(root),
  plugins: [{
    name: "mutant",
    enforce: "pre",
    transform: (code, id) => mutant !== undefined && id === mutated ? mutate(mutant, code) : undefined,
    // What is kept of this one would be that of another mutant.
    configureVitest: ({ defineCacheKeyGenerator }) =>
      defineCacheKeyGenerator(({ id }) => id === mutated ? false : undefined)
  }],
  test: {
    include: ["packages/*/test/**/*.test.ts"],
    maxWorkers: 1,
    isolate: false,
    testTimeout: 60_000
  }
})
