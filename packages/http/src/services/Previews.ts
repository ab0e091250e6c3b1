/** What would become of a run, by the rules that decide about it. Whoever assembles the program knows them. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import type { ModelPrice } from "@orchestrator/domain/ModelPrice"
import type { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { ConfigMap, CustomObject, Job } from "@orchestrator/k8s/Objects"
import { Context, type DateTime, type Effect } from "effect"
import type { Waiting } from "./Lines.ts"

interface Said {
  readonly phase: string | undefined
  readonly reason: string | undefined
  readonly message: string | undefined
}

/** A Secret that the pod refers to. */
export interface NeededSecret {
  readonly name: string
  /** Empty: all that it has. */
  readonly keys: ReadonlyArray<string>
  /** Whether the pod starts without it. */
  readonly optional: boolean
}

export interface Grants {
  readonly costUsd: number
  readonly turns: number
  readonly timeoutSeconds: number
}

export interface Preview {
  /** What the run is at, and the rule that decides now. */
  readonly stage: string
  readonly rule: string
  readonly actions: ReadonlyArray<{ readonly action: string; readonly object: string }>
  /** What the status will say. */
  readonly status: Said | undefined
  /** When it is looked at again although nothing happens. */
  readonly wakeAt: DateTime.Utc | undefined
  /** What the next attempt starts with, when its turn has come. */
  readonly attempt:
    | { readonly job: Job; readonly files: ConfigMap; readonly secrets: ReadonlyArray<NeededSecret> }
    | undefined
  /** How the run ends instead, when its turn has come. */
  readonly failure: Said | undefined
  readonly workspace:
    | { readonly claim: string; readonly exists: boolean; readonly holder: string | undefined }
    | undefined
  readonly place: Waiting | undefined
  /** What the run may still spend, and how long an attempt may take. */
  readonly grants: Grants | undefined
  readonly model: string | undefined
  readonly price: ModelPrice | undefined
}

export class Previews extends Context.Service<Previews, {
  /** Whether enough is known of the cluster to say. */
  readonly isReady: Effect.Effect<boolean>
  /** Of a run that is not stored, with a name and a UID that stand for those it would get. */
  readonly ofNew: (kind: KindName, run: CustomObject) => Effect.Effect<Preview, KubernetesError>
  readonly ofStored: (
    run: { readonly kind: KindName; readonly namespace: string; readonly name: string }
  ) => Effect.Effect<Preview, KubernetesError>
  /** What a run may spend over all attempts, and how long one may take; undefined where its spec cannot be read. */
  readonly limitsOf: (kind: KindName, run: CustomObject) => Grants | undefined
  /** Stands for the random part of names that are made when an attempt starts. */
  readonly unknownNonce: string
  /** What the administrator has set. */
  readonly ceilings: {
    readonly maxCostUsd: number
    readonly maxTurns: number
    readonly maxTimeoutSeconds: number
    readonly activeRuns?: number | undefined
    readonly activeRunsPerGithubUser?: number | undefined
    readonly activeRunsPerService?: number | undefined
  }
}>()("@orchestrator/http/services/Previews") {}
