/** What operators and their tools ask: is it alive, is it ready, what does it count. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { MetricsMoved, NotReady } from "./Problem.ts"

const Health = Schema.Struct({
  status: Schema.Literal("healthy").annotate({ description: "The process answers" }),
  version: Schema.String.annotate({ description: "Version of the orchestrator" }),
  timestamp: Schema.String.annotate({ description: "RFC 3339 time of the answer" })
}).annotate({ identifier: "Health", description: "Liveness" })

const Ready = Schema.Struct({
  status: Schema.Literal("ready").annotate({ description: "Requests can be served" }),
  warnings: Schema.optionalKey(Schema.Array(Schema.String)).annotate({
    description: "What is missing for agents to work, such as the Secret with the API key, and how to get it"
  })
}).annotate({ identifier: "Ready", description: "Readiness" })

/** Version 0.0.4 of the Prometheus text format. */
const exposition = Schema.String.pipe(
  HttpApiSchema.asText({ contentType: "text/plain; version=0.0.4; charset=utf-8" })
)

export class System extends HttpApiGroup.make("system", { topLevel: true }).add(
  HttpApiEndpoint.get("health", "/health", { success: Health }).annotateMerge(OpenApi.annotations({
    summary: "Liveness",
    description: "Says that the process answers, and nothing about the cluster."
  })),
  HttpApiEndpoint.get("ready", "/ready", { success: Ready, error: NotReady }).annotateMerge(OpenApi.annotations({
    summary: "Readiness",
    description:
      "Says whether the cluster is reachable and what is known of it is current; otherwise with the reasons. A missing API key is "
      + "a warning: it keeps agents from working, and nobody from asking."
  })),
  HttpApiEndpoint.get("metrics", "/metrics", { success: exposition, error: MetricsMoved }).annotateMerge(
    OpenApi.annotations({
      summary: "Metrics",
      description:
        "Counters, gauges and histograms in the Prometheus text format. Not here where `server.metricsPort` gives them a port of "
        + "their own."
    })
  )
).annotateMerge(OpenApi.annotations({ title: "System", description: "For operators and their tools." })) {}
