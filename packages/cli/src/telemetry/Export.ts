/**
 * Traces, metrics and logs of this process by OTLP over HTTP, all of one resource. Effect's exporters batch and send; what is in a span, and
 * what becomes of reports that nobody takes, is decided beside this file. Loaded only where an endpoint is configured.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { type RunSpan, SpansTold } from "@orchestrator/controller/telemetry/RunSpans"
import { collected } from "@orchestrator/domain/Scrape"
import type { OwnTelemetryConfig, Signal } from "@orchestrator/domain/TelemetryConfig"
import { knownPath } from "@orchestrator/http/server/RouteTable"
import { Context, Duration, Effect, Layer, Redacted, Tracer } from "effect"
import { HttpClient, HttpMiddleware } from "effect/http"
import {
  OtlpExporter,
  OtlpLogger,
  OtlpMetrics,
  OtlpResource,
  OtlpSerialization,
  type OtlpTracer
} from "effect/observability"
import { version } from "../settings/Version.ts"
import { makeReceiver } from "./Receiver.ts"
import { makeTracer } from "./Spans.ts"
import { ofRunSpan, ofSpan, type OtlpSpan } from "./SpanText.ts"

export interface ExportOptions {
  readonly config: OwnTelemetryConfig
  readonly headers: Readonly<Record<string, Redacted.Redacted>>
  readonly namespace: string
  /** This process. */
  readonly instance: string
}

/** What waits to be sent at a time, of each signal. */
const maxBatchSize = 512
const exportInterval = Duration.seconds(5)
const shutdownTimeout = Duration.seconds(3)

const scope = { name: "orchestrator", version }

const resourceOf = ({ config: { resourceAttributes }, instance, namespace }: ExportOptions) => ({
  serviceName: resourceAttributes["service.name"] ?? "orchestrator",
  serviceVersion: resourceAttributes["service.version"] ?? version,
  attributes: { "service.instance.id": instance, "k8s.namespace.name": namespace, ...resourceAttributes }
})

const to = (options: ExportOptions, signal: Signal) => ({
  url: `${options.config.endpoint.replace(/\/+$/, "")}/v1/${signal}`,
  headers: Object.fromEntries(Object.entries(options.headers).map(([name, value]) => [name, Redacted.value(value)])),
  resource: resourceOf(options),
  shutdownTimeout
})

/** Of the API, the webhooks and MCP, below whatever path they are; probes, scrapes and the page's files have none. */
const patternOf = (url: string): string | undefined => {
  const at = /\/(?:api\/v1|webhook|mcp)(?:[/?]|$)/.exec(url)?.index
  return at === undefined ? undefined : knownPath(url.slice(at))?.pattern
}

interface Asked {
  readonly method: string
  readonly url: string
}

/** The pattern of the path, and never the path. */
const spanName = ({ method, url }: Asked): string => `${method} ${patternOf(url) ?? "none"}`

const isUntraced = ({ url }: Asked): boolean => patternOf(url) === undefined

const traces = (options: ExportOptions) =>
  Layer.effectContext(Effect.gen(function*() {
    const { resource, ...receiver } = to(options, "traces")
    const serialization = yield* OtlpSerialization.OtlpSerialization
    const sent = yield* OtlpResource.fromConfig(resource)
    const exporter = yield* OtlpExporter.make({
      ...receiver,
      label: "Spans",
      exportInterval,
      maxBatchSize,
      body: (spans: Array<OtlpSpan>) => {
        const data: OtlpTracer.TraceData = { resourceSpans: [{ resource: sent, scopeSpans: [{ scope, spans }] }] }
        return [serialization.traces(data), Effect.void]
      }
    })
    const tracer = makeTracer({
      sampleRatio: options.config.sampleRatio,
      send: (span) => exporter.push(ofSpan(span))
    })
    const tell = (spans: ReadonlyArray<RunSpan>) =>
      Effect.sync(() => spans.forEach((span) => exporter.push(ofRunSpan(span))))
    return Context.make(Tracer.Tracer, tracer).pipe(
      Context.add(SpansTold, tell),
      Context.add(HttpMiddleware.SpanNameGenerator, spanName),
      Context.add(HttpMiddleware.TracerDisabledWhen, isUntraced)
    )
  }))

const logs = (options: ExportOptions) =>
  OtlpLogger.layer({ ...to(options, "logs"), maxBatchSize, exportInterval, excludeLogSpans: true })

/** Gauges over the stores are worked out before each report, as before each scrape. */
const metrics = (options: ExportOptions) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const { flush } = yield* OtlpExporter.Flusher
    yield* OtlpMetrics.make({ ...to(options, "metrics"), exportInterval: Duration.infinity })
    yield* Effect.sleep(Duration.seconds(options.config.metricsIntervalSeconds)).pipe(
      Effect.andThen(collected),
      Effect.andThen(flush),
      Effect.forever,
      Effect.forkScoped
    )
  }))

const layers = { traces, metrics, logs }

export const layerExport = (options: ExportOptions) => {
  const { endpoint, protocol, signals } = options.config
  const [first = Layer.empty, ...more] = [...new Set(signals)].map((signal): Layer.Layer<
    never,
    never,
    OtlpExporter.Flusher | OtlpSerialization.OtlpSerialization | HttpClient.HttpClient
  > => layers[signal](options))
  return Layer.mergeAll(first, ...more).pipe(
    Layer.provide([
      OtlpExporter.layerFlusher,
      protocol === "http/json" ? OtlpSerialization.layerJson : OtlpSerialization.layerProtobuf,
      Layer.effect(
        HttpClient.HttpClient,
        Effect.map(HttpClient.HttpClient, (client) => makeReceiver(client, endpoint))
      ).pipe(Layer.provide(NodeHttpClient.layerNodeHttp))
    ])
  )
}
