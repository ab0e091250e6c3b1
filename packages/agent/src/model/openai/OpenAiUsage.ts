/** Tokens as OpenAI's APIs count them: the input holds what was read from and written to the cache, the output holds the thoughts. */
import { Schema } from "effect"
import { nothingUsed } from "../answer/AnswerMeter.ts"
import type { AnswerUsage } from "../ModelDialect.ts"

export const count = Schema.optionalKey(
  Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1e12 })))
)

export interface Counted {
  readonly input: number | null | undefined
  readonly output: number | null | undefined
  readonly cached: number | null | undefined
  readonly written: number | null | undefined
}

/** The most that the tier has cost of any model, where the key's project has chosen it. https://openai.com/api-priority-processing */
const priority = 2.5

/** Undefined where input and output are not told: that is no bill. */
export const usageFrom = (
  model: string,
  { cached, input, output, written }: Counted,
  tier: string | null | undefined
): AnswerUsage | undefined => {
  if (typeof input !== "number" || typeof output !== "number") return undefined
  const cacheRead = Math.min(input, cached ?? 0)
  const cacheWrite = Math.min(input - cacheRead, written ?? 0)
  return {
    ...nothingUsed,
    model,
    input: input - cacheRead - cacheWrite,
    output,
    cacheRead,
    cacheWrite,
    factor: tier === "priority" ? priority : 1
  }
}
