/** What makes Claude Code send telemetry: where to, whose it is, and the trace that it belongs to. */
import { fnv1a } from "@orchestrator/domain/Hash"
import type { TelemetryConfig } from "@orchestrator/domain/OrchestratorConfig"
import { encodeRunnerEnvironment } from "@orchestrator/domain/PodEnvironment"
import { attemptText } from "@orchestrator/domain/Retry"
import { literal, literals, type Variable } from "../kinds/Literal.ts"
import type { PodInputs } from "./PodInputs.ts"

export const telemetryVariables = (inputs: PodInputs): ReadonlyArray<Variable> =>
  inputs.config.telemetry.enabled
    ? [
      ...exporters(inputs.config.telemetry),
      literal("OTEL_RESOURCE_ATTRIBUTES", resource(inputs)),
      ...literals(encodeRunnerEnvironment({ traceparent: traceparent(inputs) }))
    ]
    : []

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

/** Version, trace, parent span, flags: https://www.w3.org/TR/trace-context/ */
const known = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** The trace of whoever made the run, where that is known; else all attempts of a run are in the trace that its UID names. */
const traceparent = ({ run }: PodInputs): string => {
  const given = run.traceparent
  if (given !== undefined && known.test(given)) return given
  const hex = run.uid.replaceAll("-", "").toLowerCase()
  const trace = /^(?!0{32})[0-9a-f]{32}$/.test(hex) ? hex : fnv1a(run.uid) + fnv1a(`trace ${run.uid}`)
  return `00-${trace}-${fnv1a(run.jobName)}-01`
}
