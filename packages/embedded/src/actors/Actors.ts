/** Everything that runs beside an API server to make it a cluster, but the nodes and the garbage collector. */
import type { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Layer } from "effect"
import { ClaimBinder } from "./ClaimBinder.ts"
import * as ClaimProtection from "./ClaimProtection.ts"
import * as JobController from "./JobController.ts"
import * as Scheduler from "./Scheduler.ts"
import * as TtlController from "./TtlController.ts"

/** Job controller, TTL controller, scheduler, claim binder and claim protection, in the background of its scope. */
export const layer: Layer.Layer<ClaimBinder, never, KubernetesClient> = Layer.mergeAll(
  JobController.layer,
  TtlController.layer,
  Scheduler.layer,
  ClaimProtection.layer,
  ClaimBinder.layer
)
