/**
 * List prices of the makers' own APIs in USD per million tokens, by a model's name. Reads and writes of caches that are not given follow
 * from the input's: a tenth, 1.25 times (five minutes), twice (an hour). A model is here where somebody who can be named has read its price;
 * any other needs one in `model.prices`, which overrides and extends this.
 */
import type { ModelPrice, Prices } from "./ModelPrice.ts"

/** Prices of one maker's models, with where and when they were read. */
export interface ListedPrices {
  readonly maker: string
  /** The maker's own list. */
  readonly list: string
  /** Day of the comparison. */
  readonly comparedOn: string
  /** With what, where it was not the list itself. */
  readonly comparedWith?: string
  readonly prices: Prices
}

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

const anthropic: Prices = {
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

/** The standard tier; dearer above 272,000 tokens where a model reads a million. */
const openai: Prices = {
  "gpt-5.5": freeWrites(5, 30, longer(272_000, 10, 45)),
  "gpt-5.4": freeWrites(2.5, 15, longer(272_000, 5, 22.5)),
  "gpt-5.4-mini": freeWrites(0.75, 4.5),
  "gpt-5.4-nano": freeWrites(0.2, 1.25),
  "gpt-5.3-codex": freeWrites(1.75, 14),
  "gpt-5.2": freeWrites(1.75, 14),
  "gpt-5.2-codex": freeWrites(1.75, 14),
  "gpt-5-mini": freeWrites(0.25, 2),
  "gpt-4.1": freeWrites(2, 8, { cacheRead: 0.5 })
}

/** The paid tier, of texts and images. */
const google: Prices = {
  "gemini-3.1-pro-preview": freeWrites(2, 12, longer(200_000, 4, 18)),
  "gemini-2.5-pro": freeWrites(1.25, 10, longer(200_000, 2.5, 15)),
  "gemini-2.5-flash": freeWrites(0.3, 2.5),
  "gemini-2.5-flash-lite": freeWrites(0.1, 0.4)
}

export const priceLists: ReadonlyArray<ListedPrices> = [
  {
    maker: "Anthropic",
    list: "https://platform.claude.com/docs/en/about-claude/pricing",
    comparedOn: "2026-11-28",
    prices: anthropic
  },
  {
    maker: "OpenAI",
    list: "https://developers.openai.com/api/docs/pricing",
    comparedOn: "2026-11-29",
    comparedWith:
      "what GitHub takes for the same models, https://github.com/github/docs/blob/main/data/tables/copilot/models-and-pricing.yml",
    prices: openai
  },
  {
    maker: "Google",
    list: "https://ai.google.dev/gemini-api/docs/pricing",
    comparedOn: "2026-11-29",
    comparedWith:
      "a copy of parts of it of 2026-10-07, https://github.com/api-evangelist/deepmind/blob/main/plans/deepmind-plans-pricing.yml; the others of its figures are as third parties tell them",
    prices: google
  }
]

export const listPrices: Prices = Object.assign({}, ...priceLists.map(({ prices }) => prices))

/** The day of the newest comparison. */
export const listPricesDate = priceLists.map(({ comparedOn }) => comparedOn).toSorted().at(-1) ?? ""
