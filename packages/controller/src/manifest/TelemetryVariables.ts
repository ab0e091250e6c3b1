/** What makes Claude Code send telemetry: where to, and whose it is; and the trace that an agent's telemetry belongs to, whatever sends it. */
import { encodeRunnerEnvironment } from "@orchestrator/domain/PodEnvironment"
import { attemptText } from "@orchestrator/domain/Retry"
import { sends, type TelemetryConfig } from "@orchestrator/domain/TelemetryConfig"
import { formatTraceparent } from "@orchestrator/domain/TraceContext"
import { agentContext } from "../attempt/RunTrace.ts"
import { literal, literals, type Variable } from "../kinds/Literal.ts"
import type { PodInputs } from "./PodInputs.ts"

export const telemetryVariables = (inputs: PodInputs): ReadonlyArray<Variable> => {
  const { config: { telemetry }, run } = inputs
  return [
    ...(telemetry.enabled
      ? [...exporters(telemetry), literal("OTEL_RESOURCE_ATTRIBUTES", resource(inputs))]
      : []),
    ...(telemetry.enabled || sends(telemetry, "traces")
      ? literals(encodeRunnerEnvironment({ traceparent: formatTraceparent(agentContext(run, telemetry)) }))
      : [])
  ]
}

const exporters = (
  { logsEndpoint, logsProtocol, otlpEndpoint, otlpProtocol }: TelemetryConfig
): ReadonlyArray<Variable> => [
  literal("CLAUDE_CODE_ENABLE_TELEMETRY", "1"),
  literal("CLAUDE_CODE_ENHANCED_TELEMETRY_BETA", "1"),
  literal("OTEL_METRICS_EXPORTER", "otlp"),
  literal("OTEL_LOGS_EXPORTER", "otlp"),
  literal("OTEL_TRACES_EXPORTER", "otlp"),
  literal("OTEL_EXPORTER_OTLP_ENDPOINT", otlpEndpoint),
  literal("OTEL_EXPORTER_OTLP_PROTOCOL", otlpProtocol),
  ...(logsEndpoint === ""
    ? []
    : [
      literal("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", logsEndpoint),
      literal("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", logsProtocol)
    ]),
  literal("OTEL_METRICS_INCLUDE_RESOURCE_ATTRIBUTES", "false"),
  literal("OTEL_METRICS_INCLUDE_SESSION_ID", "false")
]

/** Values are percent-encoded, as in W3C Baggage. */
const resource = ({ run, spec }: PodInputs): string =>
  Object.entries({
    "k8s.namespace.name": run.namespace,
    "k8s.job.name": run.jobName,
    "orchestrator.run.kind": run.kind,
    "orchestrator.run.name": run.name,
    "orchestrator.run.uid": run.uid,
    "orchestrator.run.attempt": attemptText(run.attempt),
    "orchestrator.service": spec.workspace?.service,
    "orchestrator.github_user": spec.githubUser
  }).flatMap(([name, value]) => value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]).join(",")
