/** `/api/v1/workspaces`: the volumes in which runs of a service work one after the other, and who has them. */
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { ObjectName } from "@orchestrator/domain/SpecText"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authorized, type Need, Needs, needsOf } from "./Access.ts"
import { maybe, text } from "./Described.ts"
import { LargeAnswers } from "./LargeAnswers.ts"
import { WorkspaceBusy, WorkspaceNotFound } from "./Problem.ts"
import { ChecksParameters } from "./RequestChecks.ts"
import { cluster } from "./RunEndpoints.ts"

const InLine = Schema.Struct({
  run: text("Name of the run"),
  position: Schema.Int.annotate({ description: "From 1, the next one" })
}).annotate({ identifier: "InLine", description: "A run that waits for the workspace" })

export const Workspace = Schema.Struct({
  name: text("Name of its PersistentVolumeClaim"),
  uid: text("Unique over time: a workspace that is made again under the same name has another"),
  service: maybe("Service whose runs work in it; absent where the claim does not say"),
  repository: maybe("Repository that they work on, however its address is written"),
  githubUser: maybe("GitHub user whom they work as, in lower case"),
  size: maybe("Size of the volume, or the one that is asked for until there is one, such as `10Gi`"),
  phase: maybe("Pending, Bound or Lost, as the cluster has it"),
  createdAt: text("RFC 3339 time of creation"),
  deletedAt: maybe("RFC 3339 time at which deletion was asked for; absent otherwise"),
  lastUsedAt: maybe(
    "RFC 3339 time at which the last run that worked in it ended or last changed; absent where none is known"
  ),
  holders: Schema.Array(Schema.String).annotate({
    description:
      "Runs that work in it, or the one that may start in it at any moment; usually one, and none while it is idle"
  }),
  line: Schema.Array(InLine).annotate({ description: "Runs that wait for it, the next one first" })
}).annotate({ identifier: "Workspace", description: "A volume that runs share one after the other" })
export type Workspace = typeof Workspace.Type

const WorkspaceList = Schema.Struct({
  items: Schema.Array(Workspace).annotate({ description: "Workspaces by name" })
}).annotate({ identifier: "WorkspaceList", description: "All workspaces" })

const JudgedWorkspace = Schema.Struct({
  name: text("Name of its PersistentVolumeClaim"),
  lastUsedAt: maybe("RFC 3339 time at which the last run that worked in it ended; absent where none tells"),
  goes: Schema.Boolean.annotate({ description: "Whether it is past the days, and nothing keeps it" }),
  because: text("Why it goes, or what keeps it")
}).annotate({ identifier: "JudgedWorkspace", description: "What would become of a workspace" })
export type JudgedWorkspace = typeof JudgedWorkspace.Type

export const WorkspacePlan = Schema.Struct({
  unusedDays: Schema.Int.annotate({ description: "Days without a run that the plan is for" }),
  deletesAfterDays: Schema.optionalKey(
    Schema.Int.annotate({
      description: "`storage.unusedDays` of the configuration; absent: no workspace is deleted for being unused"
    })
  ),
  items: Schema.Array(JudgedWorkspace).annotate({ description: "Workspaces by name" })
}).annotate({ identifier: "WorkspacePlan", description: "Which workspaces are unused for so long that they would go" })
export type WorkspacePlan = typeof WorkspacePlan.Type

const planOptions = {
  unusedDays: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 36_500 })).annotate({
      description: "Days without a run. Default `storage.unusedDays` of the configuration, and 30 where that is not set"
    })
  )
}

const workspaceName = {
  name: ObjectName.annotate({ description: "Name of the workspace", examples: ["workspace-payments"] })
}

const needs = needsOf("persistentvolumeclaims")

/** Who reads of a workspace reads which runs have it. */
const runNeeds: ReadonlyArray<Need> = everyRunKind
  .filter(({ leasesWorkspace }) => leasesWorkspace)
  .map(({ plural }) => needsOf(plural).list)

export class Workspaces extends HttpApiGroup.make("workspaces").add(
  HttpApiEndpoint.get("list", "/", {
    success: WorkspaceList,
    error: [...cluster]
  }).middleware(LargeAnswers).annotate(Needs, [needs.list, ...runNeeds]).annotateMerge(OpenApi.annotations({
    summary: "List workspaces",
    description: "Whose each is, how large, when it was last used, which run has it and which wait for it."
  })),
  HttpApiEndpoint.get("plan", "/plan", {
    query: planOptions,
    success: WorkspacePlan,
    error: [...cluster]
  }).middleware(LargeAnswers).annotate(Needs, [needs.list, ...runNeeds]).annotateMerge(OpenApi.annotations({
    summary: "Plan the deletion of unused workspaces",
    description:
      "Says of each workspace whether it would be deleted for being unused, and why or why not. Nothing is done: the controller deletes only where `storage.unusedDays` is set."
  })),
  HttpApiEndpoint.get("get", "/:name", {
    params: workspaceName,
    success: Workspace,
    error: [WorkspaceNotFound, ...cluster]
  }).middleware(LargeAnswers).annotate(Needs, [needs.get, ...runNeeds]).annotateMerge(OpenApi.annotations({
    summary: "Read a workspace",
    description: "Whose it is, how large, when it was last used, which run has it and which wait for it."
  })),
  HttpApiEndpoint.delete("delete", "/:name", {
    params: workspaceName,
    success: HttpApiSchema.NoContent,
    error: [WorkspaceNotFound, WorkspaceBusy, ...cluster]
  }).middleware(LargeAnswers).annotate(Needs, [needs.delete, ...runNeeds]).annotateMerge(OpenApi.annotations({
    summary: "Delete an idle workspace",
    description:
      "Removes the volume with all that is in it; the next run of the service makes a new one. Refused while a run has it or waits for it."
  }))
).prefix("/api/v1/workspaces").middleware(ChecksParameters).middleware(Authorized).annotateMerge(OpenApi.annotations({
  title: "Workspaces",
  description: "The volumes in which runs of a service work, one after the other."
})) {}
