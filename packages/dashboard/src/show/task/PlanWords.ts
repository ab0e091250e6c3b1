/** What a plan says, in the words of people. Pure. */
import type { RunPlan } from "@orchestrator/http/contract/RunPlans"
import { duration } from "../Ages.ts"
import { dollars } from "../Dollars.ts"
import { figure } from "../Figures.ts"

/** Whether it starts, waits or would fail, and why. */
export const verdictOf = (plan: RunPlan): { readonly tone: "good" | "calm" | "bad"; readonly text: string } => {
  if (plan.failure !== undefined) {
    return { tone: "bad", text: `It would fail: ${plan.failure.message ?? plan.failure.reason ?? "nothing says why"}` }
  }
  if (plan.waiting !== undefined) return { tone: "calm", text: `It would wait: ${placeText(plan.waiting)}` }
  return { tone: "good", text: "It would start at once." }
}

const placeText = ({ limit, position, runs }: NonNullable<RunPlan["waiting"]>): string =>
  [
    ...(position === undefined ? [] : [`number ${position} in line`]),
    ...(runs.length === 0 ? [] : [`for ${runs.join(", ")}`]),
    ...(limit === undefined ? [] : [`the limit ${limit} is reached`])
  ].join("; ") || "for its turn."

export interface PlanEntry {
  readonly label: string
  readonly text: string
}

const workspaceText = ({ claim, exists, holder }: NonNullable<RunPlan["workspace"]>): string =>
  `${claim}${exists ? "" : ", which is made"}${holder === undefined ? "" : `, held by ${holder}`}`

const limitsText = ({ limits: { costUsd, timeoutSeconds, turns } }: RunPlan): string =>
  [
    ...(costUsd === undefined ? [] : [`at most ${dollars(costUsd)}`]),
    ...(turns === undefined ? [] : [`${figure(turns)} turns`]),
    ...(timeoutSeconds === undefined ? [] : [`${duration(timeoutSeconds * 1000)} an attempt`])
  ].join(", ")

const priceText = ({ input, model, output }: NonNullable<RunPlan["price"]>): string =>
  input === undefined || output === undefined
    ? `${model} has no price here`
    : `${model}: ${dollars(input)} read, ${dollars(output)} written, per million tokens`

export const planEntries = (plan: RunPlan): ReadonlyArray<PlanEntry> => {
  const { attempt, decision, price, workspace } = plan
  const limits = limitsText(plan)
  return [
    { label: "Name", text: plan.name },
    ...(workspace === undefined ? [] : [{ label: "Workspace", text: workspaceText(workspace) }]),
    ...(attempt === undefined ? [] : [{ label: "Job", text: attempt.jobName }]),
    ...(limits === "" ? [] : [{ label: "Limits", text: limits }]),
    ...(price === undefined ? [] : [{ label: "Price", text: priceText(price) }]),
    {
      label: "First step",
      text: `${
        decision.actions.map(({ action, object }) => `${action} ${object}`).join(", ") || "nothing"
      } (${decision.rule})`
    }
  ]
}
