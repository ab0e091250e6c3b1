/** What the program knows of itself and its cluster beside the objects of the cluster. Whoever assembles the program knows. */
import { Context, type Effect } from "effect"
import type { CacheState, Finding, LimitState } from "../contract/Installation.ts"

export class InstallationState extends Context.Service<InstallationState, {
  /** Of this replica, as the Lease has it. */
  readonly identity: string
  /** RFC 3339 */
  readonly startedAt: string
  readonly leads: Effect.Effect<boolean>
  /** Why it cannot take or keep the Lease; undefined while there is no trouble. */
  readonly electionProblem: Effect.Effect<string | undefined>
  /** Undefined: it has not said so. */
  readonly kubernetesVersion: Effect.Effect<string | undefined>
  readonly caches: Effect.Effect<ReadonlyArray<CacheState>>
  readonly limits: Effect.Effect<ReadonlyArray<LimitState>>
  readonly findings: Effect.Effect<ReadonlyArray<Finding>>
}>()("@orchestrator/http/services/InstallationState") {}
