/** Who serves the run's model, made from what the broker is told when an API is spoken for the first time. */
import type { Provider } from "@orchestrator/domain/ModelProviders"
import { Context, Effect, Layer } from "effect"
import { BrokerConfig } from "../broker/services/BrokerConfig.ts"
import { Credentials } from "../broker/services/Credentials.ts"
import type { ModelDialect } from "./ModelDialect.ts"
import type { ModelProvider } from "./ModelProvider.ts"
import { directProvider } from "./providers/Direct.ts"

export class Providers extends Context.Service<Providers, {
  /** In the order in which they are asked; empty where none speaks this API. */
  readonly speaking: (dialect: ModelDialect) => Effect.Effect<ReadonlyArray<ModelProvider>>
}>()("@orchestrator/agent/model/Providers") {
  static readonly layer = Layer.effect(
    Providers,
    Effect.gen(function*() {
      const { model } = yield* BrokerConfig
      const { modelKey } = yield* Credentials
      // The address that installations have set for the API that was the only one.
      const baseUrl = ({ api, home }: ModelDialect) => api === "messages" ? model.baseUrl : home
      const made = new Map<string, ModelProvider>()
      const make = (provider: Provider): ModelProvider => {
        const known = made.get(provider.name)
        if (known !== undefined) return known
        const one = directProvider(provider, { modelKey, baseUrl })
        made.set(provider.name, one)
        return one
      }
      return Providers.of({
        speaking: (dialect) =>
          Effect.sync(() =>
            model.providers.length === 0
              ? [directProvider({ name: dialect.maker }, { modelKey, baseUrl })]
              : model.providers.map(make).filter(({ speaks }) => speaks(dialect.api))
          )
      })
    })
  )
}
