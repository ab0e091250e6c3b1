/** Reads the environment of a run: the settings, in the terms of its work. */
import { agentFolder } from "@orchestrator/domain/AgentName"
import { decodeRunnerEnvironment, type RunnerEnvironment } from "@orchestrator/domain/PodEnvironment"
import { Result } from "effect"
import type { AgentCli } from "../agents/AgentCli.ts"
import { docsUrlOf, repositoriesOf, taskOf } from "../kinds/RunWorks.ts"
import type { Environment } from "../pod/Environment.ts"
import type { RunnerSettings } from "./services/RunnerConfig.ts"

const settingsOf = (values: RunnerEnvironment, environment: Environment, agent: AgentCli): RunnerSettings => ({
  agent,
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
    docs: docsUrlOf(values),
    others: repositoriesOf(values).map(({ url }) => url)
  },
  workingDirectory: values.workingDirectory.replace(/^\.(?:\/|$)/, "").replace(/\/+$/, ""),
  sessionId: values.sessionId,
  resumeSession: values.resumeSession,
  lastSession: values.resumeSessionId,
  previous: values.previousAttempt,
  overwriteMemory: values.overwriteMemory,
  shared: values.workspaceAccess === "Shared",
  setup: { script: values.setupScript, seconds: values.setupSeconds },
  maxCostUsd: values.maxCostUsd,
  maxTurns: values.maxTurns === 0 ? undefined : values.maxTurns,
  brokerVariables: values.brokerVariables,
  agentProtocols: values.brokerEndpointFile === undefined
    ? values.gitAllowProtocol
    : `${values.gitAllowProtocol}:http`,
  roots: {
    workspace: values.workspaceDir,
    config: values.configDir,
    ssh: values.sshDir,
    home: values.home ?? `${values.workspaceDir}/.home`,
    agentConfig: values.agentConfigDir ?? `${values.workspaceDir}/${agentFolder(values.agent)}`,
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

/** Reads the environment of a run that this agent works for. */
export const decodeSettings = (environment: Environment, agent: AgentCli) =>
  Result.map(decodeRunnerEnvironment(environment), (values) => settingsOf(values, environment, agent))
