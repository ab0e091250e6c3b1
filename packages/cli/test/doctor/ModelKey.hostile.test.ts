/** The key of the model API: it goes where brokers send it and nowhere else, never in clear, and no line repeats it. */
import { assert, it } from "@effect/vitest"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Effect, Result } from "effect"
import { HttpClient, type HttpClientRequest, HttpClientResponse } from "effect/http"
import { modelKeyLine } from "../../src/doctor/ModelKeyLine.ts"

const key = "not-a-real-key"
const secret = { ANTHROPIC_API_KEY: Buffer.from(`${key}\n`).toString("base64") }

const asked = (baseUrl: string, status: number, held: typeof secret | "missing" | "forbidden" | {} = secret) => {
  const requests: Array<HttpClientRequest.HttpClientRequest> = []
  const client = HttpClient.make((request) =>
    Effect.sync(() => {
      requests.push(request)
      return HttpClientResponse.fromWeb(request, new Response(`{"error":"${key}"}`, { status }))
    })
  )
  const config = Result.getOrThrow(decodeConfig({ model: { baseUrl } }))
  return Effect.map(
    Effect.provideService(modelKeyLine(config, held, "agents"), HttpClient.HttpClient, client),
    (line) => ({ line, requests })
  )
}

it.effect("one look at the models says whether it is accepted", () =>
  Effect.gen(function*() {
    const { line, requests } = yield* asked("https://models.example", 200)
    assert.strictEqual(line.status, "ok")
    assert.deepStrictEqual(requests.map(({ method, url }) => [method, url]), [[
      "GET",
      "https://models.example/v1/models"
    ]])
    assert.strictEqual((yield* asked("https://models.example", 401)).line.status, "fail")
    assert.strictEqual((yield* asked("https://models.example", 500)).line.status, "warn")
  }))

it.effect("it is never sent in clear, and never shown", () =>
  Effect.gen(function*() {
    const { line, requests } = yield* asked("http://models.example", 200)
    assert.strictEqual(line.status, "warn")
    assert.lengthOf(requests, 0)
    for (const status of [200, 401, 403, 500]) {
      assert.notInclude(JSON.stringify((yield* asked("https://models.example", status)).line), key)
    }
  }))

it.effect("a Secret without it, none at all and one that may not be read differ", () =>
  Effect.gen(function*() {
    assert.match(
      (yield* asked("https://h", 200, {})).line.next ?? "",
      /^kubectl create secret generic .* -n agents --from-file=/
    )
    assert.strictEqual((yield* asked("https://h", 200, "missing")).line.status, "fail")
    assert.strictEqual((yield* asked("https://h", 200, "forbidden")).line.status, "warn")
  }))
