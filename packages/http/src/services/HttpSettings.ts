/** What the API needs to know of the installation that it serves. */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Context, Layer } from "effect"

export interface HttpSettingsValue {
  /** Namespace in which runs are kept. */
  readonly namespace: string
  /** Version of the orchestrator, for `/health`. */
  readonly version: string
  /** Models for requests that name none. */
  readonly models: OrchestratorConfig["models"]
  /** What models cost, and which ones agents may ask beside their run's. */
  readonly model: Pick<OrchestratorConfig["model"], "prices" | "allowed">
}

const noModels: HttpSettingsValue["model"] = { prices: {}, allowed: [] }

export class HttpSettings extends Context.Service<HttpSettings, HttpSettingsValue>()(
  "@orchestrator/http/services/HttpSettings"
) {
  static readonly layerWith = (
    { model = noModels, ...settings }: Omit<HttpSettingsValue, "model"> & Partial<HttpSettingsValue>
  ) => Layer.succeed(HttpSettings, { ...settings, model })
}
