/**
 * Environment of the agent's container: the seed family's names first, the run's own last. Secrets by reference only; with a broker none
 * but those that the run itself asks for.
 */
import { tokenSecretName } from "@orchestrator/domain/Names"
import { sessionId } from "@orchestrator/domain/Session"
import { remainingBudget } from "../decide/Budget.ts"
import { runKinds } from "../kinds/RunKind.ts"
import { brokerEndpointFile, forgeVariables } from "./BrokerEnvironment.ts"
import { fromSecret, literal, type Variable } from "./Literal.ts"
import type { PodInputs } from "./PodInputs.ts"
import { telemetryVariables } from "./TelemetryVariables.ts"

export const environment = (inputs: PodInputs): ReadonlyArray<Variable> => {
  const { config, contextVersion, run, spec } = inputs
  const budget = remainingBudget(run, spec, config)
  return [
    ...(config.agent.credentials === "broker" ? throughBroker : withCredentials(inputs)),
    literal("TASK_TYPE", runKinds[run.kind].taskType),
    literal("MODEL", spec.model),
    literal("GITHUB_USER", spec.githubUser),
    literal("RUN_NAME", run.name),
    literal("RUN_UID", run.uid),
    literal("ATTEMPT", String(contextVersion)),
    literal("SESSION_ID", sessionId(run.uid, contextVersion)),
    literal("RESUME_SESSION", String(spec.resume)),
    literal("OVERWRITE_MEMORY", String(spec.overwriteMemory)),
    literal("MAX_COST_USD", String(budget.costUsd)),
    literal("MAX_TURNS", String(budget.turns)),
    ...ownFolders(inputs),
    literal("TOOLMAN_SERVER_URL", config.agent.toolmanServerUrl),
    ...telemetryVariables(inputs),
    ...spec.env
  ]
}

/** Made anew for each attempt. Where runs share a workspace at the same time, each has its own. */
const ownFolders = ({ config, run }: PodInputs): ReadonlyArray<Variable> =>
  config.storage.access === "Exclusive"
    ? [literal("HOME", "/workspace/.home"), literal("CLAUDE_CONFIG_DIR", "/workspace/.claude")]
    : [
      literal("HOME", "/tmp/home"),
      literal("CLAUDE_CONFIG_DIR", `/workspace/.runs/${run.uid}`),
      literal("WORKSPACE_ACCESS", "Shared")
    ]

/** Where the runner finds the broker, and that there is one. How remotes are reached is the broker's business. */
const throughBroker: ReadonlyArray<Variable> = [literal("BROKER_ENDPOINT_FILE", brokerEndpointFile)]

const withCredentials = (inputs: PodInputs): ReadonlyArray<Variable> => {
  const { config: { git, secrets }, spec } = inputs
  return [
    optionally("ANTHROPIC_API_KEY", secrets.apiKeySecretName, secrets.apiKeySecretKey),
    ...(secrets.oauthTokenSecretKey === undefined
      ? []
      : [optionally("CLAUDE_CODE_OAUTH_TOKEN", secrets.apiKeySecretName, secrets.oauthTokenSecretKey)]),
    optionally("GH_TOKEN", tokenSecretName(spec.githubUser), "token"),
    literal("GIT_ALLOW_PROTOCOL", git.allowedProtocols.join(":")),
    ...(Object.keys(git.insteadOf).length === 0 ? [] : [literal("GIT_INSTEAD_OF", JSON.stringify(git.insteadOf))]),
    ...(git.allowedHosts.length === 0 ? [] : [literal("GIT_ALLOWED_HOSTS", git.allowedHosts.join(","))]),
    ...forgeVariables(inputs)
  ]
}

/** Optional, so that a keyless setup (a demo agent, a public repository) starts; who needs the key says that it is missing. */
const optionally = (name: string, secret: string, key: string): Variable =>
  fromSecret(name, { secret, key, optional: true })
