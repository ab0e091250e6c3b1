/** What a model needs to know of a plan: what would happen, what is missing, what it may cost. Files and manifest are left out. Pure. */
import { RunPlan } from "@orchestrator/http/contract/RunPlans"
import { Schema, Struct } from "effect"

const { decision, failure, kind, limits, missing, name, price, waiting, warnings, workspace } = RunPlan.fields

export const PlanOutline = Schema.Struct({
  summary: Schema.String.annotate({ description: "The plan in one sentence" }),
  ...{ decision, failure, kind, limits, missing, name, price, waiting, warnings, workspace }
})
export type PlanOutline = typeof PlanOutline.Type

const told = ({ decision, failure, kind, missing, name, warnings }: RunPlan): string => {
  const what = failure === undefined
    ? `${decision.rule}: ${decision.status?.message ?? decision.status?.phase ?? "nothing is to be done now"}`
    : `it would fail: ${failure.message ?? failure.reason ?? "no reason given"}`
  const lacks = missing.length === 0 ? "" : `; missing: ${missing.map((each) => each.name).join(", ")}`
  return `${kind} ${name}: ${what}${lacks}${warnings.length === 0 ? "" : `; ${warnings.length} warnings`}`
}

export const planOutlineOf = (plan: RunPlan): PlanOutline => ({
  summary: told(plan),
  ...Struct.omit(plan, ["attempt", "namespace", "placeholders", "spec"])
})
