import { assert, describe, it } from "@effect/vitest"
import type { NotificationConfig } from "@orchestrator/domain/EventsConfig"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { RunFeed } from "@orchestrator/k8s/RunFeed"
import { DateTime, Effect, Layer, Redacted, Result } from "effect"
import { HttpClient, HttpClientError, type HttpClientRequest, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { EventSecrets } from "../../src/events/EventSecrets.ts"
import { notifiedAnnotation } from "../../src/events/NotificationBody.ts"
import { followEnds } from "../../src/events/Notifications.ts"
import { signatureOf } from "../../src/events/Signature.ts"
import { makeCodeRun, namespace } from "../fixtures/Runs.ts"
import { settings } from "../fixtures/TestApi.ts"

const secret = "not-a-real-signing-secret"

interface Told {
  readonly url: string
  readonly id: string | undefined
  readonly signature: string | undefined
  readonly body: string
}

const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest): string =>
  body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""

/** A receiver that answers with each of the statuses in turn, the last one from then on; 0: not at all. */
const receiver = (statuses: ReadonlyArray<number>) => {
  const told: Array<Told> = []
  const client = HttpClient.make((request, url) =>
    Effect.suspend(() => {
      const { headers } = request
      const signature = headers["x-hub-signature-256"]
      told.push({ url: url.href, id: headers["x-orchestrator-delivery"], signature, body: bodyOf(request) })
      const status = statuses[Math.min(told.length, statuses.length) - 1] ?? 200
      return status === 0
        ? Effect.fail(
          new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request }) })
        )
        : Effect.succeed(HttpClientResponse.fromWeb(request, new Response(null, { status })))
    })
  )
  return { told, layer: Layer.succeed(HttpClient.HttpClient, client) }
}

const secrets = Layer.succeed(
  EventSecrets,
  EventSecrets.of({
    whole: () => Effect.undefined,
    signing: (name) => Effect.succeed(name === "board" ? [Redacted.make(secret)] : []),
    text: (name) =>
      Effect.succeed(name === "url.hidden" ? Redacted.make("https://chat.example.com/secret-address") : undefined)
  })
)

const World = Layer.mergeAll(RunFeed.layer, settings, secrets).pipe(Layer.provideMerge(layerMemory))

const configured = (...notifications: ReadonlyArray<object>): ReadonlyArray<NotificationConfig> =>
  Result.getOrThrow(decodeConfig({ notifications })).notifications

const board = { name: "board", url: "https://board.example.com/runs" }
const began = "2026-03-01T03:00:00Z"

const submit = (name: string) =>
  Effect.flatMap(KubernetesClient, (client) => client.create(CodeRunKind, makeCodeRun(name)))

const end = (name: string, phase: string, finishedAt = began) =>
  Effect.flatMap(KubernetesClient, (client) =>
    client.patchStatus(CodeRunKind, { namespace, name }, {
      type: "merge",
      body: {
        status: { phase, finishedAt, contextVersion: 1, observedGeneration: 1, message: "All <done> & said" }
      }
    }))

const notedOn = (name: string) =>
  Effect.map(
    Effect.flatMap(KubernetesClient, (client) => client.get(CodeRunKind, { namespace, name })),
    ({ metadata }) => metadata.annotations?.[notifiedAnnotation]
  )

/** What goes on by itself, goes on. */
const settle = Effect.repeat(TestClock.adjust("20 millis"), { times: 50 })

const leading = (notifications: ReadonlyArray<NotificationConfig>, { layer }: ReturnType<typeof receiver>) =>
  Effect.forkChild(followEnds(notifications).pipe(Effect.provide(layer)))

const begin = Effect.andThen(
  TestClock.setTime(DateTime.toEpochMillis(DateTime.makeUnsafe(began))),
  Effect.forEach(["api", "web"], submit)
)

const given = <A, E>(test: Effect.Effect<A, E, KubernetesClient | RunFeed | Layer.Success<typeof World>>) =>
  Effect.andThen(begin, test).pipe(Effect.provide(World))

describe("telling of the end of runs", () => {
  it.effect("one that ends is told once, signed, also by a leader that comes later", () => {
    const there = receiver([200])
    return given(Effect.gen(function*() {
      const first = yield* leading(configured(board), there)
      yield* settle
      assert.deepStrictEqual(there.told, [])
      yield* end("api", "Succeeded")
      yield* settle
      const [{ body = "", id, signature, url } = {}] = there.told
      assert.strictEqual(url, board.url)
      assert.strictEqual(signature, signatureOf(secret, body))
      assert.deepInclude(JSON.parse(body), { id, name: "api", phase: "Succeeded", attempt: 1 })
      assert.strictEqual(yield* notedOn("api"), "v1 board")
      yield* Effect.sync(() => first.interruptUnsafe())
      yield* leading(configured(board), there)
      yield* settle
      assert.lengthOf(there.told, 1)
    }))
  })

  it.effect("what is not taken is said again under the same id, and noted when it is", () => {
    const there = receiver([503, 0, 302, 204])
    return given(Effect.gen(function*() {
      yield* leading(configured(board), there)
      yield* end("api", "Failed")
      yield* settle
      assert.lengthOf(there.told, 1)
      assert.isUndefined(yield* notedOn("api"))
      yield* TestClock.adjust("1 minute")
      assert.lengthOf(there.told, 4)
      assert.lengthOf(new Set(there.told.map(({ id }) => id)), 1)
      assert.strictEqual(yield* notedOn("api"), "v1 board")
    }))
  })

  it.effect("each is told the phases that it asks for, in its form, at its address", () => {
    const there = receiver([200])
    return given(Effect.gen(function*() {
      yield* leading(
        configured(board, { name: "hidden", format: "slack", phases: ["Failed"] }),
        there
      )
      yield* end("api", "Succeeded")
      yield* end("web", "Failed")
      yield* settle
      assert.sameDeepMembers(
        there.told.map(({ url }) => url),
        [board.url, board.url, "https://chat.example.com/secret-address"]
      )
      const chat = there.told.find(({ url }) => url.includes("chat"))
      assert.isUndefined(chat?.signature)
      assert.deepStrictEqual(JSON.parse(chat?.body ?? ""), {
        text: "CodeRun web: Failed\nAll &lt;done&gt; &amp; said"
      })
    }))
  })

  it.effect("a leader tells of what has ended before it came, and of nothing that ended the day before", () => {
    const there = receiver([200])
    return given(Effect.gen(function*() {
      yield* end("api", "Succeeded", "2026-02-28T02:59:59Z")
      yield* end("web", "Succeeded")
      yield* leading(configured(board), there)
      yield* settle
      assert.deepStrictEqual(there.told.map(({ body }) => JSON.parse(body).name), ["web"])
    }))
  })
})
