/** Environment of the agent's container: the seed family's names first, the run's own last. Secrets by reference only. */
import { tokenSecretName } from "@orchestrator/domain/Names"
import type { OrchestratorConfig, TelemetryConfig } from "@orchestrator/domain/OrchestratorConfig"
import { sessionId } from "@orchestrator/domain/Session"
import type { EnvVar } from "@orchestrator/k8s/Objects"
import { remainingBudget } from "../Budget.ts"
import { runKinds } from "../RunKind.ts"
import type { PodInputs } from "./PodSpec.ts"

export const environment = ({ config, contextVersion, run, wanted }: PodInputs): ReadonlyArray<EnvVar> => [
  secret("ANTHROPIC_API_KEY", config.secrets.apiKeySecretName, config.secrets.apiKeySecretKey),
  secret("GH_TOKEN", tokenSecretName(wanted.githubUser), "token"),
  { name: "TASK_TYPE", value: runKinds[run.kind].taskType },
  { name: "MODEL", value: wanted.model },
  { name: "GITHUB_USER", value: wanted.githubUser },
  { name: "RUN_NAME", value: run.name },
  { name: "RUN_UID", value: run.uid },
  { name: "ATTEMPT", value: String(contextVersion) },
  { name: "SESSION_ID", value: sessionId(run.uid, contextVersion) },
  { name: "RESUME_SESSION", value: String(wanted.resume) },
  { name: "OVERWRITE_MEMORY", value: String(wanted.overwriteMemory) },
  { name: "MAX_COST_USD", value: limit(remainingBudget(run, wanted).costUsd) },
  { name: "MAX_TURNS", value: limit(remainingBudget(run, wanted).turns) },
  { name: "GIT_ALLOW_PROTOCOL", value: config.git.allowedProtocols.join(":") },
  ...(Object.keys(config.git.insteadOf).length === 0
    ? []
    : [{ name: "GIT_INSTEAD_OF", value: JSON.stringify(config.git.insteadOf) }]),
  { name: "HOME", value: "/workspace/.home" },
  { name: "CLAUDE_CONFIG_DIR", value: "/workspace/.claude" },
  { name: "TOOLMAN_SERVER_URL", value: config.agent.toolmanServerUrl },
  ...telemetry(config),
  ...wanted.env
]

const limit = (value: number | undefined): string => (value === undefined ? "" : String(value))

/** Optional, so that a keyless setup (a demo agent, a public repository) starts; who needs the key says that it is missing. */
const secret = (name: string, secretName: string, key: string): EnvVar => ({
  name,
  valueFrom: { secretKeyRef: { name: secretName, key, optional: true } }
})

const telemetry = ({ telemetry: settings }: OrchestratorConfig): ReadonlyArray<EnvVar> =>
  settings.enabled ? telemetryOf(settings) : []

const telemetryOf = (
  { logsEndpoint, logsProtocol, otlpEndpoint, otlpProtocol }: TelemetryConfig
): ReadonlyArray<EnvVar> => [
  { name: "CLAUDE_CODE_ENABLE_TELEMETRY", value: "1" },
  { name: "CLAUDE_CODE_ENHANCED_TELEMETRY_BETA", value: "1" },
  { name: "OTEL_METRICS_EXPORTER", value: "otlp" },
  { name: "OTEL_LOGS_EXPORTER", value: "otlp" },
  { name: "OTEL_TRACES_EXPORTER", value: "otlp" },
  { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: otlpEndpoint },
  { name: "OTEL_EXPORTER_OTLP_PROTOCOL", value: otlpProtocol },
  { name: "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", value: logsEndpoint },
  { name: "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", value: logsProtocol },
  { name: "OTEL_METRICS_INCLUDE_RESOURCE_ATTRIBUTES", value: "false" },
  { name: "OTEL_METRICS_INCLUDE_SESSION_ID", value: "false" }
]
