/** CodeRuns by what their statuses say of their work. Whoever assembles the program has them by that. */
import { Context, type Effect } from "effect"

export interface Work {
  /** Address of the pull request. */
  readonly pullRequest?: string | undefined
  readonly commit?: string | undefined
  /** A branch, of the repository with this address. */
  readonly branch?: { readonly repository: string; readonly name: string } | undefined
}

export class DeliveredRuns extends Context.Service<DeliveredRuns, {
  /** Names of runs that may be meant by any of these: to be read, and looked at again. */
  readonly find: (work: Work) => Effect.Effect<ReadonlyArray<string>>
  /** Names of runs on which events wait. */
  readonly waiting: Effect.Effect<ReadonlyArray<string>>
}>()("@orchestrator/http/services/DeliveredRuns") {}
