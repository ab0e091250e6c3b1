/** The HTTP API in memory, to which a forge delivers with the right secret, or with another. */
// oxlint-disable no-restricted-imports
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { ownMetrics } from "@orchestrator/domain/Scrape"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { EventSecrets } from "@orchestrator/http/events/EventSecrets"
import { EventHandler } from "@orchestrator/http/events/HandleEvent"
import { signatureOf } from "@orchestrator/http/events/Signature"
import { DeliveredRuns } from "@orchestrator/http/services/DeliveredRuns"
import { ForgeApi } from "@orchestrator/http/services/ForgeApi"
import { Effect, Layer, Redacted, Result } from "effect"
import { TestClock } from "effect/testing"
import { ask, layerOver, settings } from "../../../packages/http/test/fixtures/TestApi.ts"
import { record } from "../../operations/Recording.ts"

const secret = "a-secret-of-the-test-only"

const events = EventHandler.layerWith(Result.getOrThrow(decodeConfig({}))).pipe(
  Layer.provide(Layer.succeed(ForgeApi, ForgeApi.of({ at: () => Effect.undefined, atHost: () => Effect.undefined }))),
  Layer.provide(
    Layer.succeed(DeliveredRuns, DeliveredRuns.of({ find: () => Effect.succeed([]), waiting: Effect.succeed([]) }))
  ),
  Layer.provide(settings),
  Layer.provideMerge(layerMemory),
  Layer.provideMerge(Layer.succeed(
    EventSecrets,
    EventSecrets.of({
      signing: (name) => Effect.succeed(name === "github" ? [Redacted.make(secret)] : []),
      text: () => Effect.undefined,
      whole: () => Effect.undefined
    })
  ))
)

const ping = JSON.stringify({ zen: "Keep it logically awesome." })

/** A delivery every two minutes. */
const delivering = (key: string) =>
  ownMetrics(
    record(40, (index) =>
      Effect.gen(function*() {
        if (index % 2 === 0) {
          const headers = {
            "content-type": "application/json",
            "x-github-event": "ping",
            "x-hub-signature-256": signatureOf(key, ping)
          }
          yield* ask("POST", "/webhook/github", { text: ping, headers })
        }
        yield* TestClock.adjust("1 minute")
      })).pipe(Effect.provide(layerOver(events)))
  )

export const webhookScenarios = {
  "a forge delivers": { fires: [], recorded: delivering(secret) },
  "the webhook's secret is another": { fires: ["OrchestratorWebhookRefused"], recorded: delivering("another-secret") }
}
