/** What a run has used so far. Sums over attempts; money is USD by configured prices, else the list price as the agent counts it. */
import { Schema } from "effect"
import { Cost, Count } from "./Reported.ts"

export const Usage = Schema.Struct({
  costUsd: Schema.optionalKey(
    Cost.annotate({ description: "Cost in USD by configured prices, else as the agent counts it" })
  ),
  inputTokens: Schema.optionalKey(
    Count.annotate({ description: "Input tokens, cache reads and writes included" })
  ),
  outputTokens: Schema.optionalKey(Count.annotate({ description: "Output tokens" })),
  turns: Schema.optionalKey(Count.annotate({ description: "Turns of the agent" }))
})
export type Usage = typeof Usage.Type

/** The sum, with only the fields that either side knows. Cost is rounded to a millionth so that sums print stably. */
export const addUsage = (left: Usage | undefined, right: Usage | undefined): Usage | undefined => {
  if (left === undefined || right === undefined) return left ?? right
  const sum = (key: keyof Usage) => {
    if (left[key] === undefined && right[key] === undefined) return {}
    const total = (left[key] ?? 0) + (right[key] ?? 0)
    return { [key]: Math.round(total * 1e6) / 1e6 }
  }
  return { ...sum("costUsd"), ...sum("inputTokens"), ...sum("outputTokens"), ...sum("turns") }
}
