/** What this process tells of itself by OpenTelemetry, where the configuration says to whom; else nothing, and nothing of it is loaded. */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { mcpPath } from "@orchestrator/http/contract/McpPath"
import { Effect, Layer } from "effect"
import { HttpMiddleware } from "effect/http"
import { otlpHeaders } from "../settings/OpenTelemetry.ts"

export interface TelemetryOptions {
  readonly config: Pick<OrchestratorConfig, "telemetry">
  readonly namespace: string
  /** This process. */
  readonly instance: string
}

/** No spans of requests that nobody is told of. With those to MCP their caller's trace goes on to the routes that its tools ask. */
const layerUntold = Layer.succeed(HttpMiddleware.TracerDisabledWhen, ({ url }) => !url.includes(mcpPath))

export const layerTelemetry = ({ config: { telemetry: { orchestrator } }, instance, namespace }: TelemetryOptions) =>
  Layer.unwrap(Effect.gen(function*() {
    if (orchestrator.endpoint === "") return layerUntold
    const headers = yield* otlpHeaders
    const { layerExport } = yield* Effect.promise(() => import("./Export.ts"))
    return layerExport({ config: orchestrator, headers, namespace, instance })
  }))
