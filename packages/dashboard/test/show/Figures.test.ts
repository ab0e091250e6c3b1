import { assert, it } from "@effect/vitest"
import { counted } from "../../src/show/Figures.ts"

it.each([
  { given: 0, want: "0 runs" },
  { given: 1, want: "1 run" },
  { given: 1_234_567, want: "1,234,567 runs" }
])("$given of them are $want", ({ given, want }) => assert.strictEqual(counted(given, "run"), want))
