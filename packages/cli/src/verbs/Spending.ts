/** `orchestrator models`, `orchestrator services`: the runs of each, and what they have spent. */
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { Console, Effect } from "effect"
import { Connected, type ConnectInput } from "../connect/Connect.ts"
import { explained } from "../connect/Explain.ts"
import { dollars } from "../show/Dollars.ts"
import { structured } from "../show/Output.ts"
import type { OutputFormat } from "../show/OutputFormat.ts"
import { table } from "../show/Table.ts"
import { withServer } from "./Session.ts"

export interface SpendingInput extends ConnectInput {
  readonly output: OutputFormat
}

interface Spent {
  readonly name: string
  readonly runs: { readonly [phase: string]: number }
  readonly costUsd: number
  readonly costEstimated?: boolean
}

const phases = ["Pending", "Running", "Succeeded", "Failed", "Cancelled"]

const rowOf = ({ costEstimated = false, costUsd, name, runs }: Spent): ReadonlyArray<string> => [
  name,
  ...phases.map((phase) => String(runs[phase] ?? 0)),
  `${costEstimated ? "about " : ""}${dollars(costUsd)}`
]

/** `whole`: what a program is given. */
const show = (what: string, whole: object, items: ReadonlyArray<Spent>, output: OutputFormat) => {
  if (output === "json" || output === "yaml") return Console.log(structured(whole, output))
  if (output === "name") return Console.log(items.map(({ name }) => name).join("\n"))
  if (items.length === 0) return Console.error(`No ${what} found.`)
  return Console.log(table(["NAME", ...phases.map((phase) => phase.toUpperCase()), "SPENT"], items.map(rowOf)))
}

const asked = Effect.fnUntraced(function*<A, E>(request: Effect.Effect<A, E>) {
  const { place } = yield* Connected
  return yield* explained(request, place)
})

export const models = Effect.fn("models")(function*({ output }: SpendingInput) {
  const client = yield* OrchestratorClient
  const whole = yield* asked(client.models.list({}))
  yield* show("models", whole, whole.items, output)
}, (verb, input) => withServer(input, verb))

export const services = Effect.fn("services")(function*({ output }: SpendingInput) {
  const client = yield* OrchestratorClient
  const whole = yield* asked(client.services.list({}))
  yield* show("services", whole, whole.items, output)
}, (verb, input) => withServer(input, verb))
