/** What was used, in words. Pure. */
import type { Usage } from "@orchestrator/domain/Usage"
import { dollars } from "../Dollars.ts"
import { counted, figure } from "../Figures.ts"

/** `12,400 tokens in, 830 out, 3 turns, $0.12`; what is not known is left out. */
export const usageWords = ({ costEstimated, costUsd, inputTokens, outputTokens, turns }: Usage): string =>
  [
    ...(inputTokens === undefined ? [] : [`${counted(inputTokens, "token")} in`]),
    ...(outputTokens === undefined
      ? []
      : [inputTokens === undefined ? `${counted(outputTokens, "token")} out` : `${figure(outputTokens)} out`]),
    ...(turns === undefined ? [] : [counted(turns, "answer")]),
    ...(costUsd === undefined ? [] : [`${costEstimated === true ? "about " : ""}${dollars(costUsd)}`])
  ].join(", ")
