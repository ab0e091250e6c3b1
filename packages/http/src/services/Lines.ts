/** Whom a run waits for at this moment, and who has a workspace, which a status does not repeat with every change. Whoever assembles the program knows. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
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

export class Lines extends Context.Service<Lines, {
  /** `briefly`: for each of many, without its position. */
  readonly waitingOf: (
    kind: KindName,
    run: CustomObject,
    options: { readonly briefly: boolean }
  ) => Effect.Effect<Waiting | undefined>
  readonly useOf: (claim: { readonly namespace: string; readonly name: string }) => Effect.Effect<WorkspaceUse>
}>()("@orchestrator/http/services/Lines") {}
