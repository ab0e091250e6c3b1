/** Whom a run waits for at this moment, and who has a workspace, which a status does not repeat with every change. Whoever assembles the program knows. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import type { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Context, type Effect } from "effect"

export interface Waiting {
  readonly runs: ReadonlyArray<string>
  readonly limit?: string
  readonly position?: number
}

export interface WorkspaceUse {
  /** Names of the runs that work in it, or of the one that keeps it. */
  readonly holders: ReadonlyArray<string>
  /** Names of those that wait for it, the next one first. */
  readonly line: ReadonlyArray<string>
}

/** Of a workspace: whether it is deleted for being unused. */
export interface UnusedWorkspace {
  readonly name: string
  /** Milliseconds since the epoch; undefined: no run tells. */
  readonly usedAt: number | undefined
  readonly goes: boolean
  readonly because: string
}

export interface UnusedPlan {
  /** After so many days they are deleted; undefined: never. */
  readonly configured: number | undefined
  readonly items: ReadonlyArray<UnusedWorkspace>
}

export class Lines extends Context.Service<Lines, {
  /** Of each of them; undefined: it waits for no other. `briefly`: for many, without their positions. */
  readonly waitingOf: (
    kind: KindName,
    runs: ReadonlyArray<Pick<CustomObject, "metadata">>,
    options: { readonly briefly: boolean }
  ) => Effect.Effect<ReadonlyArray<Waiting | undefined>>
  readonly useOf: (claim: { readonly namespace: string; readonly name: string }) => Effect.Effect<WorkspaceUse>
  /** `days`: after which a workspace counts as unused, where that is not for the configuration to say. */
  readonly unusedIn: (
    namespace: string,
    days: (configured: number | undefined) => number
  ) => Effect.Effect<UnusedPlan, KubernetesError>
}>()("@orchestrator/http/services/Lines") {}
