/** Workspaces: whom a run may be waiting for. */
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { Workspace } from "@orchestrator/http/contract/Workspaces"
import { Effect, Schema } from "effect"
import { Tool } from "effect/ai"
import { asToolFailure } from "./ToolFailure.ts"
import { hints } from "./ToolHints.ts"
import { calling } from "./Tools.ts"

export const ListWorkspaces = Tool.make("list_workspaces", {
  description:
    "Lists the workspaces, in which runs of a service work one after the other: which run has each, and which wait for it in what order. Use it when a run stays Pending.",
  success: Schema.Struct({ summary: Schema.String, workspaces: Schema.Array(Workspace) }),
  ...calling
}).annotateMerge(hints({ title: "List workspaces", readOnly: true }))

export const workspaceHandlers = {
  list_workspaces: () =>
    Effect.flatMap(
      OrchestratorClient,
      ({ workspaces }) =>
        Effect.map(asToolFailure(workspaces.list({})), ({ items }) => {
          const held = items.filter(({ holders }) => holders.length > 0).length
          return { summary: `${items.length} workspaces, ${held} of them in use`, workspaces: items }
        })
    )
}
