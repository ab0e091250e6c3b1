/**
 * List prices of the makers' own APIs in USD per million tokens, by a model's name. Reads and writes of caches that are not given follow
 * from the input's: a tenth, 1.25 times (five minutes), twice (an hour). `model.prices` overrides and extends this.
 */
import type { ModelPrice, Prices } from "./ModelPrice.ts"

/** When Anthropic's part was compared with https://platform.claude.com/docs/en/about-claude/pricing. */
export const listPricesDate = "2026-11-28"

/** Of an API that takes nothing for writing to its cache. */
const freeWrites = (input: number, output: number, more: Partial<ModelPrice> = {}): ModelPrice => ({
  input,
  output,
  cacheWrite: input,
  cacheWrite1h: input,
  ...more
})

/** Of one that asks for more above so many tokens read. */
const longer = (above: number, input: number, output: number) => ({
  longContext: { above, input, output, cacheWrite: input, cacheWrite1h: input }
})

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
  "claude-3-haiku": { input: 0.25, output: 1.25, cacheRead: 0.03, cacheWrite: 0.3 },
  // https://platform.openai.com/docs/pricing, the standard tier; dearer above 272,000 tokens where a model reads a million.
  "gpt-5.5": freeWrites(5, 30, longer(272_000, 10, 45)),
  "gpt-5.4": freeWrites(2.5, 15, longer(272_000, 5, 22.5)),
  "gpt-5.4-mini": freeWrites(0.75, 4.5),
  "gpt-5.4-nano": freeWrites(0.2, 1.25),
  "gpt-5.3-codex": freeWrites(1.75, 14),
  "gpt-5.2": freeWrites(1.75, 14),
  "gpt-5.2-codex": freeWrites(1.75, 14),
  "gpt-5.1": freeWrites(1.25, 10),
  "gpt-5.1-codex": freeWrites(1.25, 10),
  "gpt-5.1-codex-max": freeWrites(1.25, 10),
  "gpt-5.1-codex-mini": freeWrites(0.25, 2),
  "gpt-5": freeWrites(1.25, 10),
  "gpt-5-codex": freeWrites(1.25, 10),
  "gpt-5-mini": freeWrites(0.25, 2),
  "gpt-5-nano": freeWrites(0.05, 0.4),
  "gpt-4.1": freeWrites(2, 8, { cacheRead: 0.5 }),
  "gpt-4.1-mini": freeWrites(0.4, 1.6, { cacheRead: 0.1 }),
  "gpt-4.1-nano": freeWrites(0.1, 0.4, { cacheRead: 0.025 }),
  "gpt-4o": freeWrites(2.5, 10, { cacheRead: 1.25 }),
  "gpt-4o-mini": freeWrites(0.15, 0.6, { cacheRead: 0.075 }),
  "o3": freeWrites(2, 8, { cacheRead: 0.5 }),
  "o4-mini": freeWrites(1.1, 4.4, { cacheRead: 0.275 }),
  // https://ai.google.dev/gemini-api/docs/pricing, the paid tier, text and images.
  "gemini-3.1-pro-preview": freeWrites(2, 12, longer(200_000, 4, 18)),
  "gemini-3-pro-preview": freeWrites(2, 12, longer(200_000, 4, 18)),
  "gemini-3-flash-preview": freeWrites(0.5, 3),
  "gemini-2.5-pro": freeWrites(1.25, 10, longer(200_000, 2.5, 15)),
  "gemini-2.5-flash": freeWrites(0.3, 2.5),
  "gemini-2.5-flash-lite": freeWrites(0.1, 0.4)
}
