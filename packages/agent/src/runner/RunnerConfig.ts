/**
 * What a run asks of the runner: the environment that its Job sets, in the terms of its work.
 */
import { type HostPolicy, hostPolicyOf } from "@orchestrator/domain/GitHosts"
import { decodeRunnerEnvironment, type RunnerEnvironment } from "@orchestrator/domain/PodEnvironment"
import type { PreviousAttempt } from "@orchestrator/domain/PreviousAttempt"
import type { AttemptKey } from "@orchestrator/domain/Retry"
import { Context, Redacted, Result } from "effect"
import type { AgentCli } from "../agents/AgentCli.ts"
import { defaultAgent } from "../agents/Agents.ts"
import type { Bounds } from "../agents/Following.ts"
import type { Environment } from "../pod/Environment.ts"

export interface CodeTask {
  readonly type: "code"
  readonly taskId: number
  /** Whether other runs of the task exist, so that its plain branch is nobody's. */
  readonly contested: boolean
  readonly service: string
  readonly docsRepositoryUrl: string
  readonly docsBranch: string
  /** Folder of the Task Master project in the docs repository. */
  readonly docsProjectDirectory: string
}

export interface DocsTask {
  readonly type: "docs"
  readonly sourceBranch: string
}

export interface RunnerSettings {
  readonly agent: AgentCli
  readonly task: CodeTask | DocsTask
  readonly run: { readonly name: string; readonly uid: string; readonly attempt: AttemptKey }
  readonly model: string
  readonly githubUser: string
  /** Addresses by the repository's part in the run. A DocsRun reads its tasks in the target. */
  readonly repositories: { readonly target: string; readonly docs: string }
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
  readonly maxCostUsd: number | undefined
  readonly maxTurns: number | undefined
  readonly token: Redacted.Redacted | undefined
  readonly allowedProtocols: string
  /** The same for the agent, which may reach more than the run's own remotes. */
  readonly agentProtocols: string
  /** Mirrors: what addresses that begin with a key have in its place. */
  readonly insteadOf: Readonly<Record<string, string>>
  /** Whose the token is, where there is no broker. */
  readonly hosts: HostPolicy
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

const taskOf = (values: RunnerEnvironment): CodeTask | DocsTask =>
  values.taskType === "docs" ? { type: "docs", sourceBranch: values.sourceBranch } : {
    type: "code",
    taskId: values.taskId,
    contested: values.ownBranch,
    service: values.serviceName,
    docsRepositoryUrl: values.docsRepositoryUrl,
    docsBranch: values.docsBranch,
    docsProjectDirectory: values.docsProjectDirectory ?? `_projects/${values.serviceName}`
  }

const settingsOf = (values: RunnerEnvironment, environment: Environment): RunnerSettings => ({
  agent: defaultAgent,
  task: taskOf(values),
  run: {
    name: values.runName,
    uid: values.runUid,
    attempt: { contextVersion: values.contextVersion, retry: values.retry }
  },
  model: values.model,
  githubUser: values.githubUser,
  repositories: {
    target: values.repositoryUrl,
    docs: values.taskType === "code" ? values.docsRepositoryUrl : values.repositoryUrl
  },
  workingDirectory: values.workingDirectory.replace(/^\.(?:\/|$)/, "").replace(/\/+$/, ""),
  sessionId: values.sessionId,
  resumeSession: values.resumeSession,
  lastSession: values.resumeSessionId,
  previous: values.previousAttempt,
  overwriteMemory: values.overwriteMemory,
  shared: values.workspaceAccess === "Shared",
  maxCostUsd: values.maxCostUsd,
  maxTurns: values.maxTurns === 0 ? undefined : values.maxTurns,
  token: values.ghToken === undefined ? undefined : Redacted.make(values.ghToken.trim()),
  // Nothing but the broker is reached by the runner where there is one.
  allowedProtocols: values.brokerEndpointFile === undefined ? values.gitAllowProtocol : "http",
  agentProtocols: values.brokerEndpointFile === undefined
    ? values.gitAllowProtocol
    : `${values.gitAllowProtocol}:http`,
  insteadOf: values.gitInsteadOf,
  hosts: hostPolicyOf(values),
  roots: {
    workspace: values.workspaceDir,
    config: values.configDir,
    ssh: values.sshDir,
    home: values.home ?? `${values.workspaceDir}/.home`,
    agentConfig: values.agentConfigDir ?? `${values.workspaceDir}/${defaultAgent.configFolder}`,
    managedSettings: values.managedSettingsPath,
    terminationMessage: values.terminationMessagePath
  },
  bounds: {
    init: values.initSeconds,
    silence: values.silenceSeconds,
    stop: values.stopSeconds,
    exit: values.exitSeconds,
    backoff: values.backoffSeconds
  },
  environment
})

/** Reads the environment of a run. */
export const decodeSettings = (environment: Environment) =>
  Result.map(decodeRunnerEnvironment(environment), (values) => settingsOf(values, environment))

export class RunnerConfig extends Context.Service<RunnerConfig, RunnerSettings>()(
  "@orchestrator/agent/runner/RunnerConfig"
) {}
