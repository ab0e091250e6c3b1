/** What telemetry is sent where: by agents, and by the orchestrator itself. Secrets are in neither: headers come by the environment. */
import { Schema } from "effect"
import { filled, or } from "./Default.ts"
import { httpUrl } from "./ForgeConfig.ts"
import { rule } from "./SpecText.ts"

const agentProtocol = Schema.Literals(["grpc", "http/protobuf", "http/json"])

/** Of OpenTelemetry's three, each below the endpoint: /v1/traces, /v1/metrics, /v1/logs. */
export const Signal = Schema.Literals(["traces", "metrics", "logs"])
export type Signal = typeof Signal.Type

const attributes = Schema.Record(
  Schema.String.check(rule("the name of an attribute", (text) => text.trim() !== "" && text.length <= 255)),
  Schema.String
)

/** The orchestrator's own telemetry. */
export const OwnTelemetryConfig = Schema.Struct({
  /** Base address of OTLP over HTTP, such as http://collector:4318. Empty: nothing is sent. */
  endpoint: or(Schema.Union([Schema.Literal(""), httpUrl]), ""),
  protocol: or(Schema.Literals(["http/protobuf", "http/json"]), "http/protobuf"),
  signals: or(Schema.Array(Signal), ["traces", "metrics", "logs"]),
  /** Share of the traces that begin here which are sent; of one that a caller began, the caller has decided. */
  sampleRatio: or(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })), 1),
  /** Seconds between two reports of the metrics. */
  metricsIntervalSeconds: or(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3600 })), 60),
  /** Of the resource that all of it is about, beside service.name, service.version, service.instance.id and k8s.namespace.name. */
  resourceAttributes: or(attributes, {})
})
export type OwnTelemetryConfig = typeof OwnTelemetryConfig.Type

export const TelemetryConfig = Schema.Struct({
  enabled: or(Schema.Boolean, false),
  otlpEndpoint: or(Schema.String, ""),
  otlpProtocol: or(agentProtocol, "grpc"),
  logsEndpoint: or(Schema.String, ""),
  logsProtocol: or(agentProtocol, "grpc"),
  orchestrator: filled(OwnTelemetryConfig)
})
export type TelemetryConfig = typeof TelemetryConfig.Type

/** Whether the orchestrator sends this signal. */
export const sends = ({ orchestrator: { endpoint, signals } }: TelemetryConfig, signal: Signal): boolean =>
  endpoint !== "" && signals.includes(signal)
