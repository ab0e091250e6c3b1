import { assert, describe, it } from "@effect/vitest"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { KubernetesError, type KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import { Effect, Layer, Stream } from "effect"
import type { HttpMethod } from "effect/http"
import { newCodeSpec } from "../fixtures/Runs.ts"
import { ask, layerOver } from "../fixtures/TestApi.ts"

const message = "as the cluster said"

const reasons: ReadonlyArray<KubernetesErrorReason> = [
  { _tag: "NotFound", message },
  { _tag: "AlreadyExists", message },
  { _tag: "Conflict", message },
  { _tag: "Gone", message },
  {
    _tag: "Invalid",
    message,
    causes: [{ field: "spec.taskId", reason: "FieldValueInvalid", message: "must be a number" }]
  },
  { _tag: "BadRequest", message },
  { _tag: "Unauthorized", message },
  { _tag: "Forbidden", message },
  { _tag: "MethodNotAllowed", message },
  { _tag: "Refused", message, status: 406 },
  { _tag: "TooManyRequests", message, retryAfterSeconds: 7.2 },
  { _tag: "ServerError", message, status: 500 },
  { _tag: "Unreachable", message },
  { _tag: "Malformed", message }
]

/** A cluster that refuses everything for this reason. */
const refusing = (reason: KubernetesErrorReason) => {
  const error = new KubernetesError({ operation: "test", ref: "coderuns.orchestrator.platform", reason })
  const refuse = () => Effect.fail(error)
  return layerOver(Layer.mock(KubernetesClient, {
    get: refuse,
    list: refuse,
    create: refuse,
    patch: refuse,
    delete: refuse,
    podLogs: () => Stream.fail(error)
  }))
}

const same = {
  Unauthorized: "cluster-error",
  Forbidden: "cluster-forbids",
  MethodNotAllowed: "cluster-error",
  Refused: "cluster-error",
  TooManyRequests: "cluster-unavailable",
  ServerError: "cluster-unavailable",
  Unreachable: "cluster-unavailable",
  Malformed: "cluster-error"
}

type Wanted = Readonly<Record<KubernetesErrorReason["_tag"], string>>

const read: Wanted = {
  ...same,
  NotFound: "run-not-found",
  AlreadyExists: "cluster-error",
  Conflict: "cluster-error",
  Gone: "cluster-error",
  Invalid: "cluster-error",
  BadRequest: "cluster-error"
}
const list: Wanted = { ...read, NotFound: "cluster-error", Gone: "page-expired" }
const create: Wanted = {
  ...read,
  NotFound: "cluster-error",
  AlreadyExists: "name-taken",
  Invalid: "invalid-body",
  BadRequest: "invalid-body"
}
const update: Wanted = { ...read, Conflict: "run-changed" }

const statuses: Readonly<Record<string, number>> = {
  "run-not-found": 404,
  "run-changed": 409,
  "name-taken": 409,
  "page-expired": 410,
  "invalid-body": 422,
  "cluster-forbids": 403,
  "cluster-error": 502,
  "cluster-unavailable": 503
}

interface Case {
  readonly method: HttpMethod.HttpMethod
  readonly path: string
  readonly wanted: Wanted
  readonly body?: unknown
}

const of = (method: HttpMethod.HttpMethod, path: string, wanted: Wanted, body?: unknown): Case => ({
  method,
  path,
  wanted,
  body
})

const requests: ReadonlyArray<Case> = [
  of("GET", "/api/v1/code-runs", list),
  of("POST", "/api/v1/code-runs", create, { spec: newCodeSpec }),
  of("POST", "/api/v1/pm/tasks", create, {
    task_id: 1,
    service: "a",
    repository_url: "https://x.test/a/b",
    docs_repository_url: "https://x.test/a/c",
    github_user: "octocat"
  }),
  of("GET", "/api/v1/code-runs/a", read),
  of("DELETE", "/api/v1/code-runs/a", read),
  of("POST", "/api/v1/code-runs/a/retry", update),
  of("POST", "/api/v1/code-runs/a/cancel", update),
  of("GET", "/api/v1/code-runs/a/logs", read),
  of("GET", "/api/v1/code-runs/a/files", read),
  of("GET", "/api/v1/code-runs/a/attempts", read),
  of("GET", "/api/v1/docs-runs", list),
  of("POST", "/api/v1/docs-runs/a/retry", read),
  of("GET", "/api/v1/docs-runs/a/logs", read)
]

describe.each(requests)("$method $path", ({ body, method, path, wanted }) => {
  it.effect.each(reasons)("$_tag", (reason) =>
    Effect.gen(function*() {
      const { headers, json, status } = yield* ask(method, path, { body })
      const problem = wanted[reason._tag]
      assert.strictEqual(json.type, `urn:orchestrator:problem:${problem}`)
      assert.deepStrictEqual([status, json.status], [statuses[problem], status])
      assert.strictEqual(headers["content-type"], "application/problem+json")
      assert.strictEqual(
        headers["retry-after"],
        status !== 503 ? undefined : reason._tag === "TooManyRequests" ? "8" : "1"
      )
      assert.isAbove(json.hint.length, 10)
    }).pipe(Effect.provide(refusing(reason))))
})

describe("a refusal of fields", () => {
  it.effect("names them as the cluster did", () =>
    Effect.gen(function*() {
      const { json } = yield* ask("POST", "/api/v1/code-runs", { body: { spec: newCodeSpec } })
      assert.deepStrictEqual(json.errors, [
        { path: "spec.taskId", expected: "must be a number", found: "what was sent" }
      ])
    }).pipe(Effect.provide(refusing({
      _tag: "Invalid",
      message,
      causes: [{ field: "spec.taskId", reason: "FieldValueInvalid", message: "must be a number" }]
    }))))
})

describe("a refusal while an earlier run of the key is looked for", () => {
  it.effect.each(reasons)("$_tag", (reason) =>
    Effect.gen(function*() {
      const { json, status } = yield* ask("POST", "/api/v1/code-runs", {
        body: { spec: newCodeSpec },
        headers: { "idempotency-key": "k" }
      })
      const problem = create[reason._tag]
      assert.strictEqual(json.type, `urn:orchestrator:problem:${problem}`)
      assert.strictEqual(status, statuses[problem])
    }).pipe(Effect.provide(refusing(reason))))
})
