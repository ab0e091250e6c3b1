/** What this process tells of itself by OpenTelemetry, where the configuration says to whom; else nothing, and nothing of it is loaded. */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Effect, Layer } from "effect"
import { otlpHeaders } from "../settings/OpenTelemetry.ts"

export interface TelemetryOptions {
  readonly config: Pick<OrchestratorConfig, "telemetry">
  readonly namespace: string
  /** This process. */
  readonly instance: string
}

export const layerTelemetry = ({ config: { telemetry: { orchestrator } }, instance, namespace }: TelemetryOptions) =>
  Layer.unwrap(Effect.gen(function*() {
    if (orchestrator.endpoint === "") return Layer.empty
    const headers = yield* otlpHeaders
    const { layerExport } = yield* Effect.promise(() => import("./Export.ts"))
    return layerExport({ config: orchestrator, headers, namespace, instance })
  }))
