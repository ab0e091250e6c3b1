/** Workspaces: whom a run may be waiting for. */
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { ObjectName } from "@orchestrator/domain/SpecText"
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

export const DeleteWorkspace = Tool.make("delete_workspace", {
  description:
    "Deletes an idle workspace with all that is in it: clone, caches and evidence. Refused while a run has it or waits for it. Only when the user asked for deletion.",
  parameters: Schema.Struct({ name: ObjectName.annotate({ description: "Name of the workspace" }) }),
  success: Schema.Struct({ summary: Schema.String }),
  ...calling
}).annotateMerge(hints({ title: "Delete a workspace", destructive: true, idempotent: true }))

export const workspaceHandlers = {
  delete_workspace: ({ name }: { readonly name: string }) =>
    Effect.flatMap(
      OrchestratorClient,
      ({ workspaces }) =>
        Effect.as(asToolFailure(workspaces.delete({ params: { name } }), { name }), { summary: `${name} is deleted` })
    ),
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
