/** Who serves the run's model, made from what the broker is told when an API is spoken for the first time. */
import { apisOf, type Provider } from "@orchestrator/domain/ModelProviders"
import { Context, Effect, Layer } from "effect"
import { HttpClient } from "effect/http"
import { BrokerConfig } from "../broker/services/BrokerConfig.ts"
import { Credentials } from "../broker/services/Credentials.ts"
import type { ModelDialect } from "./ModelDialect.ts"
import type { ModelProvider } from "./ModelProvider.ts"
import type { CloudOptions } from "./providers/Cloud.ts"
import { directProvider } from "./providers/Direct.ts"

/** Clouds are loaded when a run is served by one. */
const clouds: Readonly<Record<string, () => Promise<(options: CloudOptions) => ModelProvider>>> = {
  bedrock: () => import("./providers/bedrock/Bedrock.ts").then(({ bedrock }) => bedrock),
  vertex: () => import("./providers/Vertex.ts").then(({ vertex }) => vertex),
  azure: () => import("./providers/Azure.ts").then(({ azure }) => azure)
}

export class Providers extends Context.Service<Providers, {
  /** In the order in which they are asked; empty where none speaks this API. */
  readonly speaking: (dialect: ModelDialect) => Effect.Effect<ReadonlyArray<ModelProvider>>
}>()("@orchestrator/agent/model/Providers") {
  static readonly layer = Layer.effect(
    Providers,
    Effect.gen(function*() {
      const { model } = yield* BrokerConfig
      const { file, guard, modelKey } = yield* Credentials
      const client = yield* HttpClient.HttpClient
      // The address that installations have set for the API that was the only one.
      const baseUrl = ({ api, home }: ModelDialect) => api === "messages" ? model.baseUrl : home
      const direct = (provider: Provider) => directProvider(provider, { modelKey, baseUrl })
      const make = Effect.fnUntraced(function*(provider: Provider) {
        const cloud = clouds[provider.type ?? ""]
        return cloud === undefined
          ? direct(provider)
          : (yield* Effect.promise(cloud))({ provider, read: file, guard, client })
      })
      const configured = yield* Effect.forEach(
        model.providers,
        (provider) => Effect.map(Effect.cached(make(provider)), (made) => ({ apis: apisOf(provider), made }))
      )
      return Providers.of({
        speaking: (dialect) =>
          model.providers.length === 0
            ? Effect.succeed([direct({ name: dialect.maker })])
            : Effect.forEach(configured.filter(({ apis }) => apis.includes(dialect.api)), ({ made }) => made)
      })
    })
  )
}
