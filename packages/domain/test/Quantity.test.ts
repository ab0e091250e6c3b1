import { assert, it } from "@effect/vitest"
import { quantity } from "../src/Quantity.ts"

it.each<readonly [text: string, want: number | undefined]>([
  ["2", 2],
  ["500m", 0.5],
  ["0.5", 0.5],
  [".5", 0.5],
  ["1.5Gi", 1.5 * 2 ** 30],
  ["1Ki", 1024],
  ["1k", 1000],
  ["2e3", 2000],
  ["2E3", 2000],
  ["1E", 1e18],
  ["+1", 1],
  ["0", 0],
  ["", undefined],
  ["-1", undefined],
  ["1 Gi", undefined],
  ["1gi", undefined],
  ["Gi", undefined],
  ["1e3Gi", undefined],
  ["Infinity", undefined],
  ["0x10", undefined],
  ["1\n", undefined]
])("the quantity %j is %s", (text, want) => assert.strictEqual(quantity(text), want))
