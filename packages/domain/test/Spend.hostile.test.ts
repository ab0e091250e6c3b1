/** Values of a configuration and a list of prices that would leave a run without a limit. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { listPrices } from "../src/ListPrices.ts"
import { dearest, ratesFor } from "../src/ModelPrice.ts"
import { decodeConfig } from "../src/OrchestratorConfig.ts"
import { priceOf } from "../src/PriceList.ts"

const problems = (input: unknown) =>
  Result.match(decodeConfig(input), {
    onFailure: (found) => found.map(({ path }) => path),
    onSuccess: () => []
  })

describe("a configuration that contradicts itself", () => {
  it.each<readonly [path: string, config: unknown]>([
    ["job.activeDeadlineSeconds", { job: { activeDeadlineSeconds: 7201 }, limits: { maxTimeoutSeconds: 7200 } }],
    ["limits.defaultMaxCostUsd", { limits: { maxCostUsd: 5, defaultMaxCostUsd: 6 } }],
    ["limits.defaultMaxTurns", { limits: { maxTurns: 5, defaultMaxTurns: 6 } }],
    ["limits.defaultMaxCostUsd", { limits: { defaultMaxCostUsd: 101 } }]
  ])("is refused at %s", (path, config) => assert.include(problems(config), path))
})

describe("a value that is no limit or no price", () => {
  it.each<readonly [path: string, config: unknown]>([
    ["limits.maxCostUsd", { limits: { maxCostUsd: 0 } }],
    ["limits.maxCostUsd", { limits: { maxCostUsd: -1 } }],
    ["limits.maxCostUsd", { limits: { maxCostUsd: Number.POSITIVE_INFINITY } }],
    ["limits.maxCostUsd", { limits: { maxCostUsd: Number.NaN } }],
    ["limits.maxCostUsd", { limits: { maxCostUsd: "100" } }],
    ["limits.maxTurns", { limits: { maxTurns: 0 } }],
    ["limits.maxTurns", { limits: { maxTurns: 1.5 } }],
    ["limits.maxTimeoutSeconds", { limits: { maxTimeoutSeconds: 59 } }],
    ["limits.maxTimeoutSeconds", { limits: { maxTimeoutSeconds: 9_007_199_254_740_991 } }],
    ["limits.maxCost", { limits: { maxCost: 5 } }],
    ["model.prices.x.input", { model: { prices: { x: { input: -3, output: 1 } } } }],
    ["model.prices.x.output", { model: { prices: { x: { input: 3 } } } }],
    ["model.prices.x.cacheWrite1h", { model: { prices: { x: { input: 3, output: 1, cacheWrite1h: -1 } } } }],
    ["model.allowed[0]", { model: { allowed: [""] } }],
    ["model.allowed[0]", { model: { allowed: ["*"] } }]
  ])("is refused at %s", (path, config) => assert.include(problems(config), path))
})

describe("a price", () => {
  it.each<readonly [model: string, input: number | undefined]>([
    ["claude-sonnet-4-20250514", 3],
    ["claude-opus-4-20250514", 15],
    ["claude-opus-4-5-20251101", 5],
    ["claude-opus-5-5", 4],
    ["claude-haiku-4-5-20251001", 1],
    ["claude-3-5-haiku-latest", 0.8],
    ["claude-sonnet-4@20250514", 3],
    ["claude-opus-4-20250514-v1:0", 15],
    ["claude-opus-5-6", undefined],
    ["claude-opus-4-20250514-fast", undefined],
    ["claude-opus-50", undefined],
    ["claude-sonnet-4x", undefined],
    ["CLAUDE-OPUS-5", undefined],
    ["constructor", undefined],
    ["__proto__", undefined],
    ["", undefined]
  ])(
    "of %s is that of the longest name which is listed, or none: %s",
    (model, input) => assert.strictEqual(priceOf(model, {})?.input, input)
  )

  it("that is configured comes before the list, and the longest of them first", () => {
    const configured = { claude: { input: 1, output: 1 }, "claude-opus": { input: 2, output: 2 } }
    assert.strictEqual(priceOf("claude-opus-4-20250514", configured)?.input, 2)
    assert.strictEqual(priceOf("claude-sonnet-4-20250514", configured)?.input, 1)
  })

  it.each(Object.entries(listPrices))("of %s reserves at least what any of its tokens costs", (model, price) => {
    for (const read of [0, 1_000_000]) {
      const { cacheRead, cacheWrite, cacheWrite1h, input, output } = ratesFor(price, read)
      const most = dearest(price, read)
      assert.isAtLeast(most.input, Math.max(input, cacheRead, cacheWrite, cacheWrite1h))
      // An API that takes nothing for writing to its cache says so in its price.
      assert.isAtLeast(most.input, model.startsWith("claude-") ? input * 2 : input)
      assert.isAtLeast(most.output, output)
    }
  })

  it("that was configured without its caches reserves for an hour's, twice the input at least", () => {
    assert.strictEqual(dearest({ input: 3, output: 1 }, 0).input, 6)
    assert.strictEqual(dearest({ input: 3, output: 1, cacheWrite: 20 }, 0).input, 20)
    assert.strictEqual(dearest({ input: 3, output: 1, cacheRead: 9 }, 0).input, 9)
  })
})
