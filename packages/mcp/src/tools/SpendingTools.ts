/** What runs there are and what they have spent, by service and by model. */
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { ModelSpending, ServiceSpending } from "@orchestrator/http/contract/Spending"
import { Effect, Schema } from "effect"
import { Tool } from "effect/ai"
import { asToolFailure } from "./ToolFailure.ts"
import { hints } from "./ToolHints.ts"
import { calling } from "./Tools.ts"

export const ListServices = Tool.make("list_services", {
  description: "Lists services: how many runs each has in every phase, and what they have spent in USD.",
  success: Schema.Struct({ summary: Schema.String, services: Schema.Array(ServiceSpending) }),
  ...calling
}).annotateMerge(hints({ title: "List services", readOnly: true }))

export const ListModels = Tool.make("list_models", {
  description:
    "Lists the models that runs name: price per million tokens, how many runs name each, what they have spent. Use it before a run is submitted with a model of its own.",
  success: Schema.Struct({ summary: Schema.String, models: Schema.Array(ModelSpending) }),
  ...calling
}).annotateMerge(hints({ title: "List models", readOnly: true }))

const spent = (what: string, items: ReadonlyArray<{ readonly costUsd: number }>): string =>
  `${items.length} ${what}, $${items.reduce((sum, { costUsd }) => sum + costUsd, 0).toFixed(2)} spent`

export const spendingHandlers = {
  list_services: () =>
    Effect.flatMap(
      OrchestratorClient,
      ({ services }) =>
        Effect.map(asToolFailure(services.list({})), ({ items }) => ({
          summary: spent("services", items),
          services: items
        }))
    ),
  list_models: () =>
    Effect.flatMap(
      OrchestratorClient,
      ({ models }) =>
        Effect.map(asToolFailure(models.list({})), ({ items }) => ({ summary: spent("models", items), models: items }))
    )
}
