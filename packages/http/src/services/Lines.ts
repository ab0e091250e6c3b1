/** Whom a run waits for at this moment, which its status does not repeat with every change. Whoever assembles the program knows. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Context, type Effect } from "effect"

export interface Waiting {
  readonly runs: ReadonlyArray<string>
  readonly limit?: string
  readonly position?: number
}

export class Lines extends Context.Service<Lines, {
  /** `briefly`: for each of many, without its position. */
  readonly waitingOf: (
    kind: KindName,
    run: CustomObject,
    options: { readonly briefly: boolean }
  ) => Effect.Effect<Waiting | undefined>
}>()("@orchestrator/http/services/Lines") {}
