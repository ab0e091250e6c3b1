import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { Outcome } from "@orchestrator/domain/Phase"
import { retention } from "@orchestrator/domain/Retention"
import { Duration } from "effect"
import type { ObservedJob } from "../facts/Observed.ts"
import { Action } from "./Action.ts"
import type { Gone } from "./Stage.ts"

/** Lets go of a Job whose result is stored or no longer wanted. */
export const release = (
  { deleting, finalizerIndex, name, namespace, uid }: ObservedJob,
  ttlSeconds: number | undefined
): Action => Action.ReleaseJob({ namespace, name, uid, finalizerIndex, ttlSeconds: deleting ? undefined : ttlSeconds })

/** Jobs of a run that is gone; those that were left behind stay for a while after their end, as those of a run that failed. */
export const letGo = ({ abandoned, config, marked }: Gone): ReadonlyArray<Action> => [
  ...marked.map((job) => release(job, undefined)),
  ...abandoned.map((job) => release(job, timeToLive("Failed", config)))
]

/** Seconds that a Job of this outcome stays; undefined: for ever. */
export const timeToLive = (outcome: Outcome, { cleanup }: OrchestratorConfig): number | undefined => {
  const delay = retention(outcome, cleanup)
  return delay === undefined ? undefined : Duration.toSeconds(delay)
}
