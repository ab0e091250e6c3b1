import { expect, it } from "@effect/vitest"
import { CodeRunKind, DocsRunKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import type { HttpMethod } from "effect/http"
import { OpenApi } from "effect/http-api"
import { Api } from "../../src/contract/Api.ts"
import { makeCodeRun, makeDocsRun, newCodeSpec, newDocsSpec } from "../fixtures/Runs.ts"
import { type Ask, ask, store, TestApi } from "../fixtures/TestApi.ts"

/** The contract as it was last agreed on. A change that is meant is written by `npm test -- Answers -u`, and its diff read. */
const agreed = (name: string, value: unknown) =>
  Effect.promise(() =>
    expect(`${settled(JSON.stringify(value, null, 2))}\n`).toMatchFileSnapshot(`../fixtures/answers/${name}.json`)
  )

/** What each start of a cluster and each request makes anew. */
const settled = (text: string): string =>
  text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UID")
    .replace(/-[0-9a-f]{10}(?=["/]|$)/g, "-KEY")

type Request = readonly [method: HttpMethod.HttpMethod, path: string, ask?: Ask]

const requestsOf = (path: string, spec: object): ReadonlyArray<Request> => [
  ["POST", path, { body: { name: "made", spec } }],
  ["POST", path, { body: { name: "made", spec } }],
  ["POST", path, { body: { spec }, headers: { "idempotency-key": "k" } }],
  ["POST", path, { body: { spec }, headers: { "idempotency-key": "k" } }],
  ["POST", path, { body: { spec: { ...spec, githubUser: "monalisa" } }, headers: { "idempotency-key": "k" } }],
  ["POST", path, { body: { spec: { githubUser: 7 }, more: 1 } }],
  ["POST", path, { text: "{" }],
  ["POST", path, { text: "a: b", headers: { "content-type": "application/yaml" } }],
  ["GET", `${path}?phase=Failed&user=octocat`],
  ["GET", `${path}?limit=1&service=payments`],
  ["GET", `${path}?continue=nonsense`],
  ["GET", `${path}/made`],
  ["GET", `${path}/odd`],
  ["GET", `${path}/over/attempts`],
  ["GET", `${path}/odd/attempts`],
  ["GET", `${path}/over/files`],
  ["GET", `${path}/made/files`],
  ["GET", `${path}/over/logs?follow&tail=1`],
  ["GET", `${path}/over/logs?tail=x`],
  ["GET", `${path}/over/logs?since=yesterday&attempt=last&container=other`],
  ["GET", `${path}/over/transcript`],
  ["GET", `${path}/over/diff`],
  ["GET", `${path}/over/result?attempt=1`],
  ["POST", `${path}/under-way/retry`],
  ["POST", `${path}/over/retry`, { body: { force: "yes" } }],
  ["POST", `${path}/over/cancel`],
  ["POST", `${path}/over/retry`, { body: {} }],
  ["POST", `${path}/under-way/cancel`],
  ["POST", `${path}/under-way/cancel`],
  ["DELETE", `${path}/made`],
  ["DELETE", `${path}/made`],
  ["GET", `${path}/made`],
  ["PUT", `${path}/made`],
  ["GET", `${path}/Not_A_Name`]
]

const attempt = { contextVersion: 1, jobName: "job", startedAt: "2026-01-01T00:00:00Z", outcome: "Failed" }
const over = { phase: "Failed", reason: "AgentFailed", message: "No.", configmapName: "gone", attempts: [attempt] }

it.effect.each([
  { path: "code-runs", kind: CodeRunKind, make: makeCodeRun, spec: newCodeSpec },
  { path: "docs-runs", kind: DocsRunKind, make: makeDocsRun, spec: newDocsSpec }
])("the answers of /api/v1/$path are those that clients know", ({ kind, make, path, spec }) =>
  Effect.gen(function*() {
    yield* store(kind, make("over", { status: over }))
    yield* store(kind, make("under-way", { status: { phase: "Running", reason: "AgentRunning" } }))
    yield* store(
      kind,
      make("odd", {
        spec: { githubUser: "--" },
        status: { attempts: [{ contextVersion: 1, jobName: "j", sessionId: "no session" }] }
      })
    )
    const answers = yield* Effect.forEach(requestsOf(`/api/v1/${path}`, spec), ([method, at, options]) =>
      Effect.map(ask(method, at, { ...options, headers: { "x-request-id": "r", ...options?.headers } }), (reply) => ({
        request: `${method} ${at} ${JSON.stringify(options ?? {})}`,
        status: reply.status,
        headers: { ...reply.headers },
        body: reply.json ?? reply.text
      })))
    yield* agreed(path, answers)
  }).pipe(Effect.provide(TestApi)))

it.effect("the OpenAPI document is the one that clients were generated from", () =>
  agreed("openapi", OpenApi.fromApi(Api)))
