import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { place, startBroker, until } from "../fixtures/Broker.ts"
import { model, modelApi } from "../fixtures/ModelApi.ts"

describe("a model request whose asker is gone", () => {
  it.live("is given up, and does not keep the broker from ending", () =>
    Effect.gen(function*() {
      const api = yield* modelApi
      let gone = 0
      api.script((response) => {
        response.on("close", () => gone++)
      })
      const { environment } = yield* place
      const broker = yield* startBroker({ ...environment, MODEL_BASE_URL: api.url, BROKER_GRACE_SECONDS: "300" })
      const asker = new AbortController()
      const asked = fetch(`${broker.url}/anthropic/v1/messages`, {
        method: "POST",
        body: JSON.stringify({ model, max_tokens: 10, messages: [] }),
        headers: { "x-api-key": broker.token },
        signal: asker.signal
      }).then(() => "answered", () => "aborted")
      yield* until(() => api.asked.length === 1)
      asker.abort()
      assert.strictEqual(yield* Effect.promise(() => asked), "aborted")
      yield* until(() => gone === 1)
      const before = yield* Clock.currentTimeMillis
      yield* broker.stop
      assert.isBelow((yield* Clock.currentTimeMillis) - before, 60_000)
    }))
})
