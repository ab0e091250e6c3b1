/**
 * What a run asks of the runner: the environment that its Job sets, in the terms of its work.
 */
import type { PreviousAttempt } from "@orchestrator/domain/PreviousAttempt"
import type { AttemptKey } from "@orchestrator/domain/Retry"
import { Context } from "effect"
import type { AgentCli } from "../../agents/AgentCli.ts"
import type { Bounds } from "../../agents/Following.ts"
import type { Task } from "../../kinds/RunWorks.ts"
import type { Environment } from "../../pod/Environment.ts"

export interface RunnerSettings {
  readonly agent: AgentCli
  readonly task: Task
  readonly run: { readonly name: string; readonly uid: string; readonly attempt: AttemptKey }
  readonly model: string
  readonly githubUser: string
  /** Addresses by the repository's part in the run. A DocsRun reads its tasks in the target. */
  readonly repositories: {
    readonly target: string
    readonly docs: string
    /** Of those that are there to be read, in the order of the run's list. */
    readonly others: ReadonlyArray<string>
  }
  readonly workingDirectory: string
  readonly sessionId: string
  readonly resumeSession: boolean
  /** The session that the controller knows to be the last. */
  readonly lastSession: string | undefined
  /** How the attempt before ended, by the run's status. */
  readonly previous: PreviousAttempt | undefined
  readonly overwriteMemory: boolean
  /** Whether other runs may work in the workspace at the same time. */
  readonly shared: boolean
  /** The repository's own script: the one that the run names, and how long it may take. */
  readonly setup: { readonly script: string | undefined; readonly seconds: number }
  readonly maxCostUsd: number | undefined
  readonly maxTurns: number | undefined
  /** What a broker in this process is told of which the runner knows nothing. */
  readonly brokerVariables: Environment
  /** By which the agent's git may reach remotes. */
  readonly agentProtocols: string
  readonly roots: {
    readonly workspace: string
    readonly config: string
    readonly ssh: string
    readonly home: string
    readonly agentConfig: string
    readonly managedSettings: string
    readonly terminationMessage: string
  }
  readonly bounds: Bounds
  readonly environment: Environment
}

export class RunnerConfig extends Context.Service<RunnerConfig, RunnerSettings>()(
  "@orchestrator/agent/runner/services/RunnerConfig"
) {}
