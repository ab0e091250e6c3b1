/** What was used, in words. Pure. */
import type { Usage } from "@orchestrator/domain/Usage"
import { dollars } from "../Dollars.ts"

const count = new Intl.NumberFormat("en-US")

const one = (amount: number, word: string): string => `${count.format(amount)} ${word}${amount === 1 ? "" : "s"}`

/** `12,400 tokens in, 830 out, 3 turns, $0.12`; what is not known is left out. */
export const usageWords = ({ costEstimated, costUsd, inputTokens, outputTokens, turns }: Usage): string =>
  [
    ...(inputTokens === undefined ? [] : [`${one(inputTokens, "token")} in`]),
    ...(outputTokens === undefined
      ? []
      : [inputTokens === undefined ? `${one(outputTokens, "token")} out` : `${count.format(outputTokens)} out`]),
    ...(turns === undefined ? [] : [one(turns, "answer")]),
    ...(costUsd === undefined ? [] : [`${costEstimated === true ? "about " : ""}${dollars(costUsd)}`])
  ].join(", ")
