import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { Outcome } from "@orchestrator/domain/Phase"
import { retention } from "@orchestrator/domain/Retention"
import { Duration } from "effect"
import type { ObservedJob } from "../facts/Observed.ts"
import { Action } from "./Action.ts"

/** Lets go of a Job whose result is stored or no longer wanted. */
export const release = (
  { deleting, finalizerIndex, name, namespace, uid }: ObservedJob,
  ttlSeconds: number | undefined
): Action => Action.ReleaseJob({ namespace, name, uid, finalizerIndex, ttlSeconds: deleting ? undefined : ttlSeconds })

/** Seconds that a Job of this outcome stays; undefined: for ever. */
export const timeToLive = (outcome: Outcome, { cleanup }: OrchestratorConfig): number | undefined => {
  const delay = retention(outcome, cleanup)
  return delay === undefined ? undefined : Duration.toSeconds(delay)
}
