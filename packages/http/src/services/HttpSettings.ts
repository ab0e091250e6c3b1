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
}

export class HttpSettings extends Context.Service<HttpSettings, HttpSettingsValue>()(
  "@orchestrator/http/services/HttpSettings"
) {
  static readonly layerWith = (settings: HttpSettingsValue) => Layer.succeed(HttpSettings, settings)
}
