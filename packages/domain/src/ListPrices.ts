/**
 * Anthropic's list prices of the Claude API in USD per million tokens, by the beginning of a model's name. Reads and writes of caches that
 * are not given follow from the input's: a tenth, 1.25 times (five minutes), twice (an hour). `model.prices` overrides and extends this.
 */
import type { Prices } from "./ModelPrice.ts"

/** When the list was compared with https://platform.claude.com/docs/en/about-claude/pricing. */
export const listPricesDate = "2026-11-28"

export const listPrices: Prices = {
  "claude-fable-5-2": { input: 8, output: 40, cacheRead: 0.2 },
  "claude-fable-5-1": { input: 10, output: 50, cacheRead: 0.25 },
  "claude-fable-5": { input: 10, output: 50 },
  "claude-mythos-5-2": { input: 8, output: 40, cacheRead: 0.2 },
  "claude-mythos-5-1": { input: 10, output: 50, cacheRead: 0.25 },
  "claude-mythos-5": { input: 10, output: 50 },
  "claude-opus-5-5": { input: 4, output: 20, cacheRead: 0.2 },
  "claude-opus-5": { input: 5, output: 25 },
  "claude-opus-4-8": { input: 5, output: 25 },
  "claude-opus-4-7": { input: 5, output: 25 },
  "claude-opus-4-6": { input: 5, output: 25 },
  "claude-opus-4-5": { input: 5, output: 25 },
  "claude-opus-4-1": { input: 15, output: 75 },
  "claude-opus-4-0": { input: 15, output: 75 },
  "claude-opus-4": { input: 15, output: 75 },
  "claude-sonnet-5-5": { input: 2, output: 10, cacheRead: 0.1 },
  "claude-sonnet-5": { input: 2, output: 10 },
  "claude-sonnet-4-6": { input: 3, output: 15 },
  "claude-sonnet-4-5": { input: 3, output: 15, longContext: { above: 200_000, input: 6, output: 22.5 } },
  "claude-sonnet-4-0": { input: 3, output: 15, longContext: { above: 200_000, input: 6, output: 22.5 } },
  "claude-sonnet-4": { input: 3, output: 15, longContext: { above: 200_000, input: 6, output: 22.5 } },
  "claude-haiku-5-5": { input: 0.1, output: 0.5, longContext: { above: 100_000, input: 0.5, output: 2.5 } },
  "claude-haiku-4-5": { input: 1, output: 5 },
  "claude-3-7-sonnet": { input: 3, output: 15 },
  "claude-3-5-sonnet": { input: 3, output: 15 },
  "claude-3-5-haiku": { input: 0.8, output: 4 },
  "claude-3-opus": { input: 15, output: 75 },
  "claude-3-sonnet": { input: 3, output: 15 },
  "claude-3-haiku": { input: 0.25, output: 1.25, cacheRead: 0.03, cacheWrite: 0.3 }
}
