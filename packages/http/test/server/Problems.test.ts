import { assert, describe, it } from "@effect/vitest"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, Layer } from "effect"
import type { HttpMethod } from "effect/http"
import { newCodeSpec } from "../fixtures/Runs.ts"
import { type Ask, ask, layerOver, type Reply, TestApi } from "../fixtures/TestApi.ts"

const urn = (slug: string) => `urn:orchestrator:problem:${slug}`

const assertProblem = ({ headers, json, status, text }: Reply, wanted: number, slug: string) => {
  assert.deepStrictEqual([status, json.type], [wanted, urn(slug)], text)
  assert.strictEqual(headers["content-type"], "application/problem+json")
  assert.strictEqual(json.status, wanted)
  assert.isAbove(json.title.length, 5)
  assert.isAbove(json.detail.length, 5)
  assert.isAbove(json.hint.length, 5)
  assert.strictEqual(json.requestId, headers["x-request-id"])
}

const create = "/api/v1/code-runs"
const body = { spec: newCodeSpec }

type Case = readonly [
  name: string,
  method: HttpMethod.HttpMethod,
  path: string,
  request: Ask,
  status: number,
  problem: string,
  faults?: ReadonlyArray<string>
]

const cases: ReadonlyArray<Case> = [
  ["an unknown path", "GET", "/api/v2/code-runs", {}, 404, "route-not-found"],
  ["the root", "GET", "/", {}, 404, "route-not-found"],
  ["a path that is no path", "GET", "/%zz", {}, 404, "route-not-found"],
  ["another method", "PUT", create, { body }, 405, "method-not-allowed"],
  ["another method of a run", "PATCH", `${create}/a`, { body }, 405, "method-not-allowed"],
  ["a preflight", "OPTIONS", create, { headers: { origin: "https://x.test" } }, 405, "method-not-allowed"],
  ["a page of elsewhere", "POST", create, { body, headers: { origin: "https://x.test" } }, 403, "cross-origin"],
  ["a name that was rebound", "GET", "/health", { headers: { host: "x.test" } }, 421, "host-refused"],
  [
    "a form",
    "POST",
    create,
    { text: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } },
    415,
    "unsupported-media-type"
  ],
  [
    "a text",
    "POST",
    create,
    { text: "hello", headers: { "content-type": "text/plain" } },
    415,
    "unsupported-media-type"
  ],
  [
    "YAML",
    "POST",
    "/api/v1/pm/tasks",
    { text: "a: b", headers: { "content-type": "application/yaml" } },
    415,
    "unsupported-media-type"
  ],
  ["half an object", "POST", create, { text: "{\"spec\":" }, 400, "malformed-body"],
  ["nothing", "POST", create, { text: "" }, 400, "malformed-body"],
  ["no JSON", "POST", create, { text: "{spec: 1}" }, 400, "malformed-body"],
  ["two values", "POST", "/api/v1/pm/tasks", { text: "{} {}" }, 400, "malformed-body"],
  ["half a retry", "POST", `${create}/a/retry`, { text: "{" }, 400, "malformed-body"],
  ["null", "POST", create, { body: null }, 422, "invalid-body", [""]],
  ["a list", "POST", create, { body: [] }, 422, "invalid-body", [""]],
  ["a number", "POST", create, { body: 1 }, 422, "invalid-body", [""]],
  ["no spec", "POST", create, { body: {} }, 422, "invalid-body", ["spec"]],
  ["an unknown field", "POST", create, { body: { ...body, nam: "a" } }, 422, "invalid-body", ["nam"]],
  ["an unknown field of the spec", "POST", create, { body: { spec: { ...newCodeSpec, x: 1 } } }, 422, "invalid-body", [
    "spec.x"
  ]],
  ["a wrong type", "POST", create, { body: { spec: { ...newCodeSpec, taskId: "7" } } }, 422, "invalid-body", [
    "spec.taskId"
  ]],
  ["half a task", "POST", create, { body: { spec: { ...newCodeSpec, taskId: 1.5 } } }, 422, "invalid-body", [
    "spec.taskId"
  ]],
  ["an empty service", "POST", create, { body: { spec: { ...newCodeSpec, service: "" } } }, 422, "invalid-body", [
    "spec.service"
  ]],
  [
    "a branch that git refuses",
    "POST",
    create,
    { body: { spec: { ...newCodeSpec, docsBranch: "a..b" } } },
    422,
    "invalid-body",
    ["spec.docsBranch"]
  ],
  ["a name that Kubernetes refuses", "POST", create, { body: { ...body, name: "No Name" } }, 422, "invalid-body", [
    "name"
  ]],
  ["too short a time", "POST", create, { body: { spec: { ...newCodeSpec, timeoutSeconds: 1 } } }, 422, "invalid-body", [
    "spec.timeoutSeconds"
  ]],
  [
    "two faults at once",
    "POST",
    create,
    { body: { spec: { ...newCodeSpec, taskId: -1, service: "../x" } } },
    422,
    "invalid-body",
    ["spec.taskId", "spec.service"]
  ],
  ["a retry with a wrong type", "POST", `${create}/a/retry`, { body: { force: "yes" } }, 422, "invalid-body", [
    "force"
  ]],
  ["a retry with an unknown field", "POST", `${create}/a/retry`, { body: { hint: "x" } }, 422, "invalid-body", [
    "hint"
  ]],
  ["a name in the path", "GET", `${create}/No_Name`, {}, 400, "invalid-request", ["name"]],
  ["a way out of the path", "GET", `${create}/..%2f..%2fsecrets`, {}, 400, "invalid-request", ["name"]],
  ["an unknown phase", "GET", `${create}?phase=Done`, {}, 400, "invalid-request", ["phase"]],
  ["an unknown filter", "GET", `${create}?servce=a`, {}, 400, "invalid-request", ["servce"]],
  ["a filter of another kind", "GET", "/api/v1/docs-runs?service=a", {}, 400, "invalid-request", ["service"]],
  ["too large a page", "GET", `${create}?limit=501`, {}, 400, "invalid-request", ["limit"]],
  ["no number", "GET", `${create}?limit=ten`, {}, 400, "invalid-request", ["limit"]],
  ["a flag that is none", "GET", `${create}/a/logs?follow=maybe`, {}, 400, "invalid-request", ["follow"]],
  ["an empty key", "POST", create, { body, headers: { "idempotency-key": " " } }, 400, "invalid-request", [
    "idempotency-key"
  ]],
  [
    "too long a key",
    "POST",
    create,
    { body, headers: { "idempotency-key": "k".repeat(256) } },
    400,
    "invalid-request",
    ["idempotency-key"]
  ],
  [
    "too long a key of an old client",
    "POST",
    "/api/v1/pm/tasks",
    { body, headers: { "idempotency-key": "k".repeat(256) } },
    400,
    "invalid-request",
    ["idempotency-key"]
  ]
]

describe("a problem answers", () => {
  it.effect.each(cases)("%s", ([, method, path, request, status, problem, faults]) =>
    Effect.gen(function*() {
      const reply = yield* ask(method, path, request)
      assertProblem(reply, status, problem)
      assert.deepStrictEqual(reply.json.errors?.map((fault) => fault.path), faults)
      const client = yield* KubernetesClient
      assert.deepStrictEqual((yield* client.list(CodeRunKind)).items, [])
    }).pipe(Effect.provide(TestApi)))

  it.effect("says what was found and what was expected", () =>
    Effect.gen(function*() {
      const { json } = yield* ask("POST", create, { body: { spec: { ...newCodeSpec, taskId: "seven" } } })
      assert.deepStrictEqual(json.errors, [
        { path: "spec.taskId", expected: "number", found: "string \"seven\"" }
      ])
    }).pipe(Effect.provide(TestApi)))

  it.effect("names the methods that a path takes", () =>
    Effect.gen(function*() {
      const { headers } = yield* ask("DELETE", create)
      assert.strictEqual(headers["allow"], "GET, HEAD, POST")
    }).pipe(Effect.provide(TestApi)))

  it.effect("a defect, without its insides", () =>
    Effect.gen(function*() {
      const reply = yield* ask("GET", `${create}/a`)
      assertProblem(reply, 500, "internal-error")
      assert.notInclude(reply.text, "secret")
    }).pipe(Effect.provide(layerOver(Layer.mock(KubernetesClient, { get: () => Effect.die(new Error("secret")) })))))
})

describe("request ids", () => {
  it.effect.each(["abc-123", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "a".repeat(128)])(
    "are taken from the caller: %s",
    (id) =>
      Effect.gen(function*() {
        const { headers } = yield* ask("GET", "/health", { headers: { "x-request-id": id } })
        assert.strictEqual(headers["x-request-id"], id)
      }).pipe(Effect.provide(TestApi))
  )

  it.effect.each(["", "a b", "a\u0007", "<script>", "a".repeat(129)])(
    "are made instead of %j",
    (id) =>
      Effect.gen(function*() {
        const { headers } = yield* ask("GET", "/health", { headers: { "x-request-id": id } })
        assert.match(headers["x-request-id"] ?? "", /^[0-9a-f]{24}$/)
      }).pipe(Effect.provide(TestApi))
  )

  it.effect("differ from request to request", () =>
    Effect.gen(function*() {
      const replies = yield* Effect.forEach([1, 2, 3], () => ask("GET", "/health"))
      assert.strictEqual(new Set(replies.map(({ headers }) => headers["x-request-id"])).size, 3)
    }).pipe(Effect.provide(TestApi)))
})

describe("every answer", () => {
  it.effect.each(["/health", "/api/v1/code-runs", "/nowhere"])(
    "of %s has the headers of a careful server",
    (path) =>
      Effect.gen(function*() {
        const { headers } = yield* ask("GET", path, { headers: { origin: "https://x.test" } })
        assert.strictEqual(headers["x-content-type-options"], "nosniff")
        assert.strictEqual(headers["cache-control"], "no-store")
        assert.isUndefined(headers["access-control-allow-origin"])
        assert.isUndefined(headers["server"])
      }).pipe(Effect.provide(TestApi))
  )
})
