/** What would become of runs, for people and for programs. */
import { printable } from "@orchestrator/domain/Printable"
import type { RunPlan } from "@orchestrator/http/contract/RunPlans"
import { Console } from "effect"
import { dollars } from "./Dollars.ts"
import { structured } from "./Output.ts"
import type { OutputFormat } from "./OutputFormat.ts"

type Entry = readonly [string, string | undefined]

const waitingText = ({ waiting }: RunPlan): string | undefined => {
  if (waiting === undefined) return undefined
  const { limit, position, runs } = waiting
  return [
    ...(position === undefined ? [] : [`number ${position} in line`]),
    ...(runs.length === 0 ? [] : [`for ${runs.join(", ")}`]),
    ...(limit === undefined ? [] : [`limit ${limit} is reached`])
  ].join("; ")
}

const workspaceText = ({ workspace }: RunPlan): string | undefined => {
  if (workspace === undefined) return undefined
  const held = workspace.holder === undefined ? "" : `, held by ${workspace.holder}`
  return `${workspace.claim}${workspace.exists ? "" : ", which is made"}${held}`
}

const limitsText = ({ limits: { costUsd, timeoutSeconds, turns } }: RunPlan): string =>
  [
    costUsd === undefined ? "no spend limit" : `at most ${dollars(costUsd)}`,
    turns === undefined ? "no turn limit" : `${turns} turns`,
    ...(timeoutSeconds === undefined ? [] : [`${Math.round(timeoutSeconds / 60)} minutes an attempt`])
  ].join(", ")

const priceText = ({ price }: RunPlan): string | undefined => {
  if (price === undefined) return undefined
  return price.input === undefined || price.output === undefined
    ? `${price.model} has no price here`
    : `${price.model}: ${dollars(price.input)} in, ${dollars(price.output)} out per million tokens`
}

export const planText = (plan: RunPlan): string => {
  const { attempt, decision, failure, kind, missing, name, warnings } = plan
  const entries: ReadonlyArray<Entry> = [
    ["run", `${kind.toLowerCase()}/${name}`],
    [
      "next",
      `${
        decision.actions.map(({ action, object }) => `${action} ${object}`).join(", ") || "nothing"
      } (${decision.stage}: ${decision.rule})`
    ],
    ["status", decision.status?.message],
    ["waits", waitingText(plan)],
    ["job", attempt?.jobName],
    ["files", attempt?.files === undefined ? undefined : Object.keys(attempt.files).join(", ")],
    ["workspace", workspaceText(plan)],
    ["limits", limitsText(plan)],
    ["price", priceText(plan)],
    ["would fail", failure === undefined ? undefined : `${failure.reason ?? ""}: ${failure.message ?? ""}`]
  ]
  return [
    ...entries.flatMap(([what, text]) => text === undefined ? [] : [`${what.padEnd(10)}  ${text}`]),
    ...missing.flatMap(({ consequence, fix, name, state }) => [
      `${state.padEnd(10)}  ${name}: ${consequence}`,
      ...fix.map((command) => `            ${command}`)
    ]),
    ...warnings.map((warning) => `warning     ${warning}`)
  ].join("\n")
}

/** `json` and `yaml` are for programs, and one plan there is no list. */
export const showPlans = (plans: ReadonlyArray<RunPlan>, output: OutputFormat | "text") =>
  Console.log(
    output === "json" || output === "yaml"
      ? structured(plans.length === 1 ? plans[0] : { items: plans }, output)
      : plans.map((each) => printable(planText(each), { lines: true })).join("\n\n")
  )
