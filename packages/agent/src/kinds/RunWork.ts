/** What the programs in the pod need of a kind of run, read off the environment that its Job sets. */
import type { PlacedRepository } from "@orchestrator/domain/OtherRepositories"
import type { BrokerEnvironment, RunnerEnvironment, TaskType } from "@orchestrator/domain/PodEnvironment"

/** Of a pod of this kind. */
export interface Environments<Type extends TaskType> {
  readonly broker: Extract<BrokerEnvironment, { readonly taskType: Type }>
  readonly runner: Extract<RunnerEnvironment, { readonly taskType: Type }>
}

/** What the broker delivers. */
export interface Delivery {
  /** The branch to deliver, and the one to use where that belongs to somebody else; the same where nobody else can have it. */
  readonly branches: { readonly plain: string; readonly own: string }
  readonly docsUrl: string | undefined
  /** Beside the run's own, to read. */
  readonly repositories: ReadonlyArray<PlacedRepository>
  /** Branch that the work starts from and the pull request goes to; absent: the remote's default branch. */
  readonly base: string | undefined
  readonly title: string
  readonly task: string
  /** Of the issue that says what to do, and that the pull request closes. */
  readonly issueUrl: string | undefined
}

export interface RunWork<Environment extends { readonly broker: unknown; readonly runner: unknown }, Task> {
  readonly delivery: (values: Environment["broker"]) => Delivery
  readonly task: (values: Environment["runner"]) => Task
  /** Where the runner reads the task. */
  readonly docsUrl: (values: Environment["runner"]) => string
  /** Repositories beside the run's own, to read. */
  readonly repositories: (values: Environment["runner"]) => ReadonlyArray<PlacedRepository>
}
