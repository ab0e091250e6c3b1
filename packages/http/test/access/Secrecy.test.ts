import { assert, describe, it } from "@effect/vitest"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { Cause, Effect, Layer, Logger, References, Tracer } from "effect"
import type { HttpMethod } from "effect/http"
import { newCodeSpec } from "../fixtures/Runs.ts"
import { askAs, Reviews, TestAccess } from "../fixtures/TestAccess.ts"

const token = "obviously-fake-token-0123456789"

/** Everything that a logger or a tracer gets to see, as text. */
const seen = (texts: Array<string>) =>
  Layer.mergeAll(
    Logger.layer([
      Logger.make(({ cause, fiber, message }) => {
        texts.push(JSON.stringify([message, fiber.getRef(References.CurrentLogAnnotations)]), Cause.pretty(cause))
      }),
      Logger.map(Logger.formatJson, (line) => void texts.push(line))
    ]),
    Layer.succeed(References.MinimumLogLevel, "Trace"),
    Layer.succeed(
      Tracer.Tracer,
      Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          const attribute = span.attribute.bind(span)
          span.attribute = (key, value) => {
            texts.push(`${key}=${String(value)}`)
            attribute(key, value)
          }
          texts.push(options.name)
          return span
        }
      })
    )
  )

const requests: ReadonlyArray<readonly [HttpMethod.HttpMethod, string, unknown?]> = [
  ["GET", "/api/v1/code-runs"],
  ["GET", "/api/v1/code-runs/No_Name"],
  ["POST", "/api/v1/code-runs", { spec: newCodeSpec }],
  ["POST", "/api/v1/code-runs", { spec: 7 }],
  ["POST", "/api/v1/pm/tasks", { task_id: "x" }],
  ["PUT", "/api/v1/code-runs"],
  ["GET", "/nowhere"]
]

const owner = (may: boolean) =>
  Effect.flatMap(EmbeddedStore, ({ registerUser }) => registerUser(token, { username: "jane", allows: () => may }))

const everything = Effect.forEach(requests, ([method, path, body]) => askAs(token, method, path, { body }))

describe("a token appears nowhere", () => {
  it.effect.each<[string, Effect.Effect<unknown, never, Reviews | Layer.Success<typeof TestAccess>>]>([
    ["when nobody knows it", Effect.void],
    ["when its owner may do nothing", owner(false)],
    ["when its owner may do everything", owner(true)],
    [
      "when the cluster repeats it in an error",
      Effect.map(Reviews, (reviews) => {
        reviews.before = Effect.fail(
          new KubernetesError({
            operation: "create",
            ref: "tokenreviews.authentication.k8s.io",
            reason: { _tag: "Malformed", message: `expected JSON, found: {"spec":{"token":"${token}"` }
          })
        )
      })
    ],
    [
      "when a review dies",
      Effect.map(Reviews, (reviews) => {
        reviews.before = Effect.die(new Error("broken"))
      })
    ]
  ])("%s", ([, prepare]) => {
    const texts: Array<string> = []
    return Effect.gen(function*() {
      yield* prepare
      const replies = yield* everything
      for (const { text } of replies) assert.notInclude(text, token)
      assert.isAbove(texts.length, requests.length)
      assert.deepStrictEqual(texts.filter((text) => text.includes(token)), [])
    }).pipe(Effect.provide(Layer.provideMerge(TestAccess, seen(texts))))
  })
})
