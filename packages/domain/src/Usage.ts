/** What a run has used so far, as its broker counted it. Sums over attempts; money is USD by the prices of models. */
import { Schema } from "effect"
import { Cost, Count } from "./Reported.ts"

export const Usage = Schema.Struct({
  costUsd: Schema.optionalKey(
    Cost.annotate({
      description: "Cost in USD by the prices of the models; with agent.credentials env as reported by the agent"
    })
  ),
  costEstimated: Schema.optionalKey(
    Schema.Boolean.annotate({
      description:
        "True where costUsd is an estimate: requests whose end was not seen count with their maximum cost, a model had no price, or only the agent reported it"
    })
  ),
  inputTokens: Schema.optionalKey(
    Count.annotate({ description: "Input tokens, cache reads and writes included" })
  ),
  outputTokens: Schema.optionalKey(Count.annotate({ description: "Output tokens" })),
  turns: Schema.optionalKey(
    Count.annotate({
      description: "Turns: answers of the run's model to requests with tools, those of subagents included"
    })
  )
})
export type Usage = typeof Usage.Type

/** To a millionth: sums print stably. */
export const toMillionth = (value: number): number => Math.round(value * 1e6) / 1e6

/** The sum, with only the fields that either side knows. */
export const addUsage = (left: Usage | undefined, right: Usage | undefined): Usage | undefined => {
  if (left === undefined || right === undefined) return left ?? right
  const sum = (key: Exclude<keyof Usage, "costEstimated">) => {
    if (left[key] === undefined && right[key] === undefined) return {}
    return { [key]: toMillionth((left[key] ?? 0) + (right[key] ?? 0)) }
  }
  return {
    ...sum("costUsd"),
    ...(left.costEstimated === true || right.costEstimated === true ? { costEstimated: true } : {}),
    ...sum("inputTokens"),
    ...sum("outputTokens"),
    ...sum("turns")
  }
}
