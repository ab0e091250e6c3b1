import { assert, it } from "@effect/vitest"
import { growthOf } from "./Figures.ts"

/** A sample every five seconds, from a second on. */
const samples = (from: number, to: number, valueAt: (seconds: number) => number) =>
  Array.from({ length: (to - from) / 5 + 1 }, (_, index) => from + index * 5)
    .map((seconds) => ({ seconds, value: valueAt(seconds) }))

it.each([
  ["steady", samples(0, 1200, (seconds) => 150 + Math.sin(seconds)), "flat within its interval"],
  ["falling", samples(0, 1200, (seconds) => 150 - seconds / 100), "flat within its interval"],
  ["rising for long", samples(0, 1200, (seconds) => 150 + seconds / 100), "it grows"],
  ["rising for a few minutes", samples(0, 600, (seconds) => 150 + seconds / 100), "too short to tell"],
  ["rising while it warms up", samples(0, 1200, (seconds) => Math.min(seconds, 300)), "flat within its interval"]
])("%s", (_, memory, verdict) => {
  const [found] = growthOf({ memory, files: memory }, 300)
  assert.strictEqual(found?.verdict, verdict)
})
