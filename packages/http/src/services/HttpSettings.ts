/** What the API needs to know of the installation that it serves. */
import type { ModelDefaults } from "@orchestrator/domain/DefaultModel"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Context, Layer } from "effect"

/** With what decides the models of requests that name none. */
export interface HttpSettingsValue extends ModelDefaults {
  /** Namespace in which runs are kept. */
  readonly namespace: string
  /** Version of the orchestrator, for `/health`. */
  readonly version: string
  /** What models cost, and which ones agents may ask beside their run's. */
  readonly model: Pick<OrchestratorConfig["model"], "prices" | "allowed">
  /** Whether brokers have the Secrets `git-token-<user>` too, so that who creates a run needs them. */
  readonly gitTokens?: boolean
  /** Number of shards that new runs are divided among; absent: one. */
  readonly shards?: number
}

const noAgents: HttpSettingsValue["agents"] = { default: "claude", byProfile: {} }
const noModels: HttpSettingsValue["model"] = { prices: {}, allowed: [] }

export class HttpSettings extends Context.Service<HttpSettings, HttpSettingsValue>()(
  "@orchestrator/http/services/HttpSettings"
) {
  static readonly layerWith = (
    { agents = noAgents, model = noModels, ...settings }:
      & Omit<HttpSettingsValue, "agents" | "model">
      & Partial<HttpSettingsValue>
  ) => Layer.succeed(HttpSettings, { ...settings, agents, model })
}
