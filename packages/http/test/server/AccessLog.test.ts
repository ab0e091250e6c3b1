import { assert, describe, it } from "@effect/vitest"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Cause, Effect, Layer, Logger, References } from "effect"
import { ask, layerOver, TestApi } from "../fixtures/TestApi.ts"

interface Line {
  readonly level: string
  readonly cause: string
  readonly annotations: Readonly<Record<string, unknown>>
}

/** Lines of the log, as they are written. */
const logged = (lines: Array<Line>) =>
  Layer.merge(
    Logger.layer([Logger.make(({ cause, fiber, logLevel }) => {
      lines.push({
        level: logLevel,
        cause: Cause.pretty(cause),
        annotations: fiber.getRef(References.CurrentLogAnnotations)
      })
    })]),
    Layer.succeed(References.MinimumLogLevel, "Debug")
  )

describe("the log", () => {
  const served: Array<Line> = []

  it.effect("has one line for a request, with what it was and how it went", () =>
    Effect.gen(function*() {
      yield* ask("GET", "/api/v1/code-runs/some-name", { headers: { "x-request-id": "r-1" } })
      assert.deepStrictEqual(
        served.map(({ annotations: { durationMs: _, ...annotations } }) => annotations),
        [{ requestId: "r-1", method: "GET", route: "/api/v1/code-runs/:name", status: 404 }]
      )
      assert.strictEqual(served[0]?.level, "Debug")
    }).pipe(Effect.provide(Layer.provideMerge(TestApi, logged(served)))))

  const failed: Array<Line> = []

  it.effect("has the cause of a defect, with the id that the client was told", () =>
    Effect.gen(function*() {
      const { json } = yield* ask("GET", "/api/v1/code-runs/a")
      const line = failed.find(({ level }) => level === "Error")
      assert.strictEqual(line?.annotations["requestId"], json.requestId)
      assert.include(line?.cause ?? "", "broken")
    }).pipe(
      Effect.provide(Layer.provideMerge(
        layerOver(Layer.mock(KubernetesClient, { get: () => Effect.die(new Error("broken")) })),
        logged(failed)
      ))
    ))
})
