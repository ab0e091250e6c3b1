/**
 * Environment of the agent's container: the seed family's names first, the run's own last. Secrets by reference only; with a broker none
 * but those that the run itself asks for.
 */
import { agentFolder } from "@orchestrator/domain/AgentName"
import { gitTokenSecretName, tokenSecretName } from "@orchestrator/domain/Names"
import { oncePer } from "@orchestrator/domain/OncePer"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { encodeBrokerEnvironment, encodeRunnerEnvironment, runnerNames } from "@orchestrator/domain/PodEnvironment"
import { sessionId } from "@orchestrator/domain/Session"
import { remainingBudget } from "../attempt/Budget.ts"
import { agentOf } from "../attempt/Toolchain.ts"
import { fromSecret, literals, type Variable } from "../kinds/Literal.ts"
import { runKinds } from "../kinds/RunKinds.ts"
import {
  brokerEndpointFile,
  brokerFolders,
  forgeValues,
  gitValues,
  knownValues,
  pullRequestValues,
  remoteValues
} from "./BrokerEnvironment.ts"
import type { PodInputs } from "./PodInputs.ts"
import { telemetryVariables } from "./TelemetryVariables.ts"

/** `task`: what both containers are told of the work. */
export const environment = (inputs: PodInputs, task: ReadonlyArray<Variable>): ReadonlyArray<Variable> => {
  const { config, run, spec } = inputs
  const { contextVersion, retry } = run.attempt
  const budget = remainingBudget(run, spec, config)
  return [
    ...(config.agent.credentials === "broker" ? throughBroker : withCredentials(inputs)),
    ...literals(encodeRunnerEnvironment({
      taskType: runKinds[run.kind].taskType,
      agent: agentOf(spec, config),
      model: spec.model,
      githubUser: spec.githubUser,
      runName: run.name,
      runUid: run.originalUid,
      contextVersion,
      retry: retry === 0 ? undefined : retry,
      sessionId: sessionId(run.originalUid, contextVersion),
      resumeSession: spec.resume,
      overwriteMemory: spec.overwriteMemory,
      maxCostUsd: budget.costUsd,
      maxTurns: budget.turns,
      setupScript: spec.setup,
      localTools: spec.tools && (spec.tools.local ?? ""),
      remoteTools: spec.tools && (spec.tools.remote ?? "")
    })),
    ...literals(encodeRunnerEnvironment(ownFolders(inputs))),
    ...ofEveryRunner(config),
    ...telemetryVariables(inputs),
    ...task,
    ...spec.env()
  ]
}

/** What is the same for every run. */
const ofEveryRunner = oncePer(({ agent, evidence }: OrchestratorConfig) =>
  literals(encodeRunnerEnvironment({
    toolmanServerUrl: agent.toolmanServerUrl,
    evidenceDays: evidence.retention.days,
    setupSeconds: agent.setupTimeoutSeconds
  }))
)

/** Made anew for each attempt. Where runs share a workspace at the same time, each has its own. */
const ownFolders = ({ config, run, spec }: PodInputs) =>
  config.storage.access === "Exclusive"
    ? { home: "/workspace/.home", agentConfigDir: `/workspace/${agentFolder(agentOf(spec, config))}` }
    : { home: "/tmp/home", agentConfigDir: `/workspace/.runs/${run.originalUid}`, workspaceAccess: "Shared" as const }

/** Where the runner finds the broker, and that there is one. How remotes are reached is the broker's business. */
const throughBroker = literals(encodeRunnerEnvironment({ brokerEndpointFile }))

const withCredentials = (inputs: PodInputs): ReadonlyArray<Variable> => {
  const { config: { forge, secrets }, spec } = inputs
  return [
    optionally(runnerNames.anthropicApiKey, secrets.apiKeySecretName, secrets.apiKeySecretKey),
    ...(secrets.oauthTokenSecretKey === undefined
      ? []
      : [optionally(runnerNames.claudeCodeOauthToken, secrets.apiKeySecretName, secrets.oauthTokenSecretKey)]),
    optionally(runnerNames.ghToken, tokenSecretName(spec.githubUser), "token"),
    // What the API server asked a run's creator about.
    ...(Object.keys(forge.hosts).length === 0 ? [] : [
      optionally(runnerNames.gitToken, gitTokenSecretName(spec.githubUser), "token"),
      optionally(runnerNames.gitUsername, gitTokenSecretName(spec.githubUser), "username")
    ]),
    ...literals(encodeRunnerEnvironment({
      ...remoteValues(inputs.config),
      ...forgeValues(inputs.config),
      ...pullRequestValues(inputs),
      brokerVariables: Object.fromEntries(
        encodeBrokerEnvironment({ ...gitValues(inputs.config), ...knownValues(inputs.run) })
      ),
      brokerFolder: brokerFolders.state
    }))
  ]
}

/** Optional, so that a keyless setup (a demo agent, a public repository) starts; who needs the key says that it is missing. */
const optionally = (name: string, secret: string, key: string): Variable =>
  fromSecret(name, { secret, key, optional: true })
