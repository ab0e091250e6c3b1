/** Unit tests with one mutant in the program; see Trial.ts. */
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { type Mutant, mutate, root } from "./Mutant.ts"

const given = process.env["MUTANT"]
const mutant: Mutant | undefined = given === undefined ? undefined : JSON.parse(given)

export default defineConfig({
  root: fileURLToPath(root),
  plugins: [{
    name: "mutant",
    enforce: "pre",
    transform: (code, id) =>
      mutant !== undefined && id === fileURLToPath(new URL(mutant.file, root)) ? mutate(mutant, code) : undefined
  }],
  test: {
    include: ["packages/*/test/**/*.test.ts"],
    maxWorkers: 1,
    isolate: false,
    testTimeout: 60_000,
    // What was kept of a module would be that of another mutant.
    fsModuleCache: false
  }
})
