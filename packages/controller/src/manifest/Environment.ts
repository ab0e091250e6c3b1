/**
 * Environment of the agent's container: the seed family's names first, the run's own last. Secrets by reference only; with a broker none
 * but those that the run itself asks for.
 */
import { tokenSecretName } from "@orchestrator/domain/Names"
import { sessionId } from "@orchestrator/domain/Session"
import type { EnvVar } from "@orchestrator/k8s/Objects"
import { remainingBudget } from "../Budget.ts"
import { runKinds } from "../RunKind.ts"
import { brokerEndpointFile, forgeVariables } from "./BrokerEnvironment.ts"
import { literal } from "./Literal.ts"
import type { PodInputs } from "./PodInputs.ts"
import { telemetryVariables } from "./TelemetryVariables.ts"

export const environment = (inputs: PodInputs): ReadonlyArray<EnvVar> => {
  const { config, contextVersion, run, wanted } = inputs
  const budget = remainingBudget(run, wanted)
  return [
    ...(config.agent.credentials === "broker" ? throughBroker : withCredentials(inputs)),
    { name: "TASK_TYPE", value: runKinds[run.kind].taskType },
    { name: "MODEL", value: wanted.model },
    { name: "GITHUB_USER", value: wanted.githubUser },
    { name: "RUN_NAME", value: run.name },
    { name: "RUN_UID", value: run.uid },
    { name: "ATTEMPT", value: String(contextVersion) },
    { name: "SESSION_ID", value: sessionId(run.uid, contextVersion) },
    { name: "RESUME_SESSION", value: String(wanted.resume) },
    { name: "OVERWRITE_MEMORY", value: String(wanted.overwriteMemory) },
    { name: "MAX_COST_USD", value: limit(budget.costUsd) },
    { name: "MAX_TURNS", value: limit(budget.turns) },
    { name: "HOME", value: "/workspace/.home" },
    { name: "CLAUDE_CONFIG_DIR", value: "/workspace/.claude" },
    { name: "TOOLMAN_SERVER_URL", value: config.agent.toolmanServerUrl },
    ...telemetryVariables(inputs),
    ...wanted.env
  ]
}

const limit = (value: number | undefined): string => (value === undefined ? "" : String(value))

/** Where the runner finds the broker, and that there is one. How remotes are reached is the broker's business. */
const throughBroker: ReadonlyArray<EnvVar> = [{ name: "BROKER_ENDPOINT_FILE", value: brokerEndpointFile }]

const withCredentials = (inputs: PodInputs): ReadonlyArray<EnvVar> => {
  const { config: { git, secrets }, wanted } = inputs
  return [
    secret("ANTHROPIC_API_KEY", secrets.apiKeySecretName, secrets.apiKeySecretKey),
    ...(secrets.oauthTokenSecretKey === undefined
      ? []
      : [secret("CLAUDE_CODE_OAUTH_TOKEN", secrets.apiKeySecretName, secrets.oauthTokenSecretKey)]),
    secret("GH_TOKEN", tokenSecretName(wanted.githubUser), "token"),
    { name: "GIT_ALLOW_PROTOCOL", value: git.allowedProtocols.join(":") },
    ...(Object.keys(git.insteadOf).length === 0 ? [] : [literal("GIT_INSTEAD_OF", JSON.stringify(git.insteadOf))]),
    ...(git.allowedHosts.length === 0 ? [] : [literal("GIT_ALLOWED_HOSTS", git.allowedHosts.join(","))]),
    ...forgeVariables(inputs)
  ]
}

/** Optional, so that a keyless setup (a demo agent, a public repository) starts; who needs the key says that it is missing. */
const secret = (name: string, secretName: string, key: string): EnvVar => ({
  name,
  valueFrom: { secretKeyRef: { name: secretName, key, optional: true } }
})
