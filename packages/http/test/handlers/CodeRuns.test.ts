import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect } from "effect"
import { HttpClient } from "effect/http"
import { requestAnnotation } from "../../src/handlers/Idempotency.ts"
import { codeSpec, makeCodeRun, namespace, newCodeSpec } from "../fixtures/Runs.ts"
import { ask, store, TestApi } from "../fixtures/TestApi.ts"

const stored = (name: string) =>
  Effect.flatMap(KubernetesClient, (client) => client.get(CodeRunKind, { name, namespace }))

const count = Effect.flatMap(
  KubernetesClient,
  (client) => Effect.map(client.list(CodeRunKind, { namespace }), ({ items }) => items.length)
)

const finished = (name: string, phase = "Failed") =>
  store(CodeRunKind, makeCodeRun(name, { status: { phase, contextVersion: 1, reason: "AgentError" } }))

describe("creating a CodeRun", () => {
  it.effect("fills in what the configuration knows, and stores nothing else", () =>
    Effect.gen(function*() {
      const { codeRuns } = yield* OrchestratorClient
      const run = yield* codeRuns.create({ headers: {}, payload: { spec: { ...codeSpec, ...newCodeSpec } } })
      const { spec } = yield* stored(run.name)
      assert.deepStrictEqual(spec, { ...codeSpec })
      assert.match(run.name, /^payments-task-7-[a-z0-9]+$/)
      const small = yield* ask("POST", "/api/v1/code-runs", { body: { spec: newCodeSpec } })
      assert.strictEqual(small.status, 201)
      assert.strictEqual(small.json.spec.model, "claude-code-default")
      assert.strictEqual(small.json.spec.workingDirectory, "payments")
      assert.strictEqual(small.headers["location"], `/api/v1/code-runs/${small.json.name}`)
      assert.isUndefined(small.headers["idempotency-replayed"])
    }).pipe(Effect.provide(TestApi)))

  it.effect("in plain words needs no task and no docs repository", () =>
    Effect.gen(function*() {
      const { docsRepositoryUrl: _, taskId: __, ...words } = newCodeSpec
      const { json, status } = yield* ask("POST", "/api/v1/code-runs", {
        body: { spec: { ...words, prompt: "Answer with 404 instead of 500" } }
      })
      assert.strictEqual(status, 201)
      assert.match(json.name, /^payments-[a-z0-9]+$/)
      assert.strictEqual(json.spec.taskId, 0)
      assert.strictEqual(json.spec.docsRepositoryUrl, json.spec.repositoryUrl)
      const refused = yield* ask("POST", "/api/v1/code-runs", { body: { spec: words } })
      assert.strictEqual(refused.status, 422)
      assert.deepStrictEqual(
        refused.json.errors.map(({ path }: { readonly path: string }) => path),
        ["spec.taskId", "spec.docsRepositoryUrl"]
      )
      assert.include(refused.json.detail, "neither prompt nor issue")
    }).pipe(Effect.provide(TestApi)))

  it.effect("of an issue has the issue's number and its own repository", () =>
    Effect.gen(function*() {
      const { docsRepositoryUrl: _, taskId: __, ...words } = newCodeSpec
      const issue = "https://github.com/acme/payments/issues/12#issuecomment-1"
      const { json, status } = yield* ask("POST", "/api/v1/code-runs", { body: { spec: { ...words, issue } } })
      assert.strictEqual(status, 201)
      assert.match(json.name, /^payments-task-12-[a-z0-9]+$/)
      assert.deepInclude(json.spec, { issue, taskId: 12, docsRepositoryUrl: json.spec.repositoryUrl })
      for (
        const wrong of ["", "12", "https://github.com/acme/payments/pull/12", "https://github.com/acme/issues/1", 12]
      ) {
        const refused = yield* ask("POST", "/api/v1/code-runs", { body: { spec: { ...words, issue: wrong } } })
        assert.strictEqual(refused.status, 422, String(wrong))
        assert.deepStrictEqual(
          refused.json.errors.map(({ path }: { readonly path: string }) => path)[0],
          "spec.issue"
        )
      }
    }).pipe(Effect.provide(TestApi)))

  it.effect.each<readonly [path: string, spec: object]>([
    ["spec.image", { image: "https://ghcr.io/acme/node" }],
    ["spec.image", { image: `ghcr.io/acme/${"a".repeat(600)}` }],
    ["spec.image", { image: ["node"] }],
    ["spec.setup", { setup: "/etc/passwd" }],
    ["spec.setup", { setup: "a/../../b" }],
    ["spec.setup", { setup: "" }],
    ["spec.setup", { setup: "-x" }],
    ["spec.profile", { profile: "Java" }],
    ["spec.profile", { profile: "../java" }],
    ["spec.resources.limits.cpu", { resources: { limits: { cpu: "-1" } } }],
    ["spec.resources.limits.cpu", { resources: { limits: { cpu: 2 } } }],
    ["spec.resources.requests", {
      resources: { requests: Object.fromEntries([..."abcdefghi"].map((it) => [it, "1"])) }
    }],
    ["spec.repositories[0].url", { repositories: [{ url: "acme/lib" }] }],
    ["spec.repositories[1].name", {
      repositories: [{ url: "https://github.com/a/lib" }, { url: "https://github.com/b/lib" }]
    }],
    ["spec.repositories[0].path", { repositories: [{ url: "https://github.com/a/lib", path: "x" }] }],
    ["spec.resources.memory", { resources: { memory: "1Gi" } }]
  ])("names the field that cannot be: %s", ([path, wrong]) =>
    Effect.gen(function*() {
      const refused = yield* ask("POST", "/api/v1/code-runs", { body: { spec: { ...newCodeSpec, ...wrong } } })
      assert.strictEqual(refused.status, 422)
      assert.strictEqual(refused.json.errors[0]?.path, path)
    }).pipe(Effect.provide(TestApi)))

  it.effect("takes what a repository needs to be worked on", () =>
    Effect.gen(function*() {
      const own = {
        profile: "java",
        image: "ghcr.io/acme/node:22",
        resources: { requests: { cpu: "500m" }, limits: { memory: "6Gi" } },
        setup: "ci/setup.sh"
      }
      const { json, status } = yield* ask("POST", "/api/v1/code-runs", { body: { spec: { ...newCodeSpec, ...own } } })
      assert.strictEqual(status, 201)
      assert.deepInclude(json.spec, own)
    }).pipe(Effect.provide(TestApi)))

  it.effect("takes the name that the requester chose, once", () =>
    Effect.gen(function*() {
      const { codeRuns } = yield* OrchestratorClient
      const payload = { name: "mine", spec: { ...codeSpec } }
      assert.strictEqual((yield* codeRuns.create({ headers: {}, payload })).name, "mine")
      const refused = yield* Effect.flip(codeRuns.create({ headers: {}, payload }))
      assert.strictEqual(refused._tag, "NameTaken")
    }).pipe(Effect.provide(TestApi)))

  it.effect.each<{ traceparent: string; want: string | undefined }>([
    {
      traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      want: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    },
    { traceparent: "00-0-0-01", want: undefined },
    { traceparent: "", want: undefined }
  ])("keeps the trace of its caller for the agent: $traceparent", ({ traceparent, want }) =>
    Effect.gen(function*() {
      const { json } = yield* ask("POST", "/api/v1/code-runs", {
        body: { spec: newCodeSpec },
        headers: { traceparent }
      })
      const { metadata } = yield* stored(json.name)
      assert.strictEqual(metadata.annotations?.["orchestrator.platform/traceparent"], want)
    }).pipe(Effect.provideService(HttpClient.TracerPropagationEnabled, false), Effect.provide(TestApi)))

  it.effect("with a key and the same body gives the same run", () =>
    Effect.gen(function*() {
      const request = { body: { spec: newCodeSpec }, headers: { "idempotency-key": "k-1" } }
      const first = yield* ask("POST", "/api/v1/code-runs", request)
      const reordered = { spec: Object.fromEntries(Object.entries(newCodeSpec).toReversed()) }
      const second = yield* ask("POST", "/api/v1/code-runs", { ...request, body: reordered })
      assert.deepStrictEqual([first.status, second.status], [201, 201])
      assert.deepStrictEqual(second.json, first.json)
      assert.strictEqual(second.headers["idempotency-replayed"], "true")
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(TestApi)))

  it.effect("with a key, twenty times at once, makes one run", () =>
    Effect.gen(function*() {
      const request = { body: { spec: newCodeSpec }, headers: { "idempotency-key": "k-2" } }
      const replies = yield* Effect.all(
        Array.from({ length: 20 }, () => ask("POST", "/api/v1/code-runs", request)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(new Set(replies.map(({ status }) => status)), new Set([201]))
      assert.strictEqual(new Set(replies.map(({ json }) => json.uid)).size, 1)
      assert.strictEqual(replies.filter(({ headers }) => headers["idempotency-replayed"] === undefined).length, 1)
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(TestApi)))

  it.effect.each([
    ["another task", { spec: { ...newCodeSpec, taskId: 8 } }],
    ["another service", { spec: { ...newCodeSpec, service: "billing" } }],
    ["one field more", { spec: { ...newCodeSpec, promptModification: "x" } }],
    ["a name", { name: "other", spec: newCodeSpec }]
  ])("with a key and another body is refused: %s", ([, body]) =>
    Effect.gen(function*() {
      const headers = { "idempotency-key": "k-3" }
      yield* ask("POST", "/api/v1/code-runs", { body: { spec: newCodeSpec }, headers })
      const other = yield* ask("POST", "/api/v1/code-runs", { body, headers })
      assert.strictEqual(other.status, 409)
      assert.strictEqual(other.json.type, "urn:orchestrator:problem:idempotency-key-reused")
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(TestApi)))

  it.effect("with a key makes a new run when the old one is deleted", () =>
    Effect.gen(function*() {
      const request = { body: { spec: newCodeSpec }, headers: { "idempotency-key": "k-4" } }
      const first = yield* ask("POST", "/api/v1/code-runs", request)
      yield* ask("DELETE", `/api/v1/code-runs/${first.json.name}`)
      const second = yield* ask("POST", "/api/v1/code-runs", request)
      assert.strictEqual(second.json.name, first.json.name)
      assert.notStrictEqual(second.json.uid, first.json.uid)
    }).pipe(Effect.provide(TestApi)))

  it.effect("keeps hashes of key and body, and neither of them", () =>
    Effect.gen(function*() {
      const { json } = yield* ask("POST", "/api/v1/code-runs", {
        body: { spec: newCodeSpec },
        headers: { "idempotency-key": "a-customer-secret" }
      })
      const { metadata } = yield* stored(json.name)
      assert.notInclude(JSON.stringify(metadata), "a-customer-secret")
      assert.match(metadata.annotations?.[requestAnnotation] ?? "", /^sha256-[0-9a-f]{64}$/)
    }).pipe(Effect.provide(TestApi)))
})

describe("reading CodeRuns", () => {
  it.effect("shows what the controller wrote", () =>
    Effect.gen(function*() {
      const { codeRuns } = yield* OrchestratorClient
      const attempts = [{ contextVersion: 1, jobName: "code-a", outcome: "Succeeded" as const }]
      yield* store(CodeRunKind, makeCodeRun("a", { status: { phase: "Succeeded", message: "done", attempts } }))
      const run = yield* codeRuns.get({ params: { name: "a" } })
      assert.deepStrictEqual([run.phase, run.message, run.status?.phase], ["Succeeded", "done", "Succeeded"])
      assert.deepStrictEqual((yield* codeRuns.attempts({ params: { name: "a" } })).items, attempts)
    }).pipe(Effect.provide(TestApi)))

  it.effect("shows a run that does not follow the schema, with what is wrong", () =>
    Effect.gen(function*() {
      const { codeRuns } = yield* OrchestratorClient
      yield* store(CodeRunKind, makeCodeRun("odd", { spec: { repositoryUrl: "nonsense" } }))
      yield* store(CodeRunKind, makeCodeRun("plain"))
      const { items } = yield* codeRuns.list({ query: {} })
      assert.deepStrictEqual(items.map(({ name, problems }) => [name, problems?.map(({ path }) => path)]), [
        ["odd", ["spec.repositoryUrl"]],
        ["plain", undefined]
      ])
      assert.isUndefined(items[0]?.spec)
      assert.deepInclude(items[0]?.raw?.spec, { repositoryUrl: "nonsense" })
    }).pipe(Effect.provide(TestApi)))

  it.effect("says Pending of a run that nobody has looked at", () =>
    Effect.gen(function*() {
      const { codeRuns } = yield* OrchestratorClient
      yield* store(CodeRunKind, makeCodeRun("new"))
      const run = yield* codeRuns.get({ params: { name: "new" } })
      assert.strictEqual(run.phase, "Pending")
      assert.isUndefined(run.status)
      assert.deepStrictEqual((yield* codeRuns.attempts({ params: { name: "new" } })).items, [])
    }).pipe(Effect.provide(TestApi)))

  it.effect("deletes a run, and then knows it no more", () =>
    Effect.gen(function*() {
      const { codeRuns } = yield* OrchestratorClient
      const params = { name: "gone" }
      yield* store(CodeRunKind, makeCodeRun("gone"))
      yield* codeRuns.delete({ params })
      assert.strictEqual((yield* Effect.flip(codeRuns.get({ params })))._tag, "RunNotFound")
      assert.strictEqual((yield* Effect.flip(codeRuns.delete({ params })))._tag, "RunNotFound")
    }).pipe(Effect.provide(TestApi)))
})

describe("retrying a CodeRun", () => {
  it.effect("asks for the next attempt, with the hint and without the cancel", () =>
    Effect.gen(function*() {
      const { codeRuns } = yield* OrchestratorClient
      yield* store(
        CodeRunKind,
        makeCodeRun("a", { spec: { cancel: true }, status: { phase: "Cancelled", contextVersion: 1 } })
      )
      yield* codeRuns.retry({ params: { name: "a" }, payload: { promptModification: "again" } })
      const { spec } = yield* stored("a")
      assert.deepInclude(spec, { contextVersion: 2, promptModification: "again", cancel: false })
    }).pipe(Effect.provide(TestApi)))

  it.effect("answers with what is true from then on, and so does a read", () =>
    Effect.gen(function*() {
      yield* store(
        CodeRunKind,
        makeCodeRun("a", {
          status: { phase: "Failed", reason: "AgentError", contextVersion: 1, observedGeneration: 1 }
        })
      )
      const retried = yield* ask("POST", "/api/v1/code-runs/a/retry")
      const read = yield* ask("GET", "/api/v1/code-runs/a")
      for (const { text } of [retried, read]) {
        const { generation, observedGeneration, phase, reason, spec } = JSON.parse(text)
        assert.deepStrictEqual([phase, reason, spec.contextVersion], ["Pending", "Accepted", 2])
        assert.deepStrictEqual([generation, observedGeneration], [2, 1])
      }
    }).pipe(Effect.provide(TestApi)))

  it.effect("needs no body, and keeps the hint that was there", () =>
    Effect.gen(function*() {
      yield* store(
        CodeRunKind,
        makeCodeRun("a", { spec: { promptModification: "before" }, status: { phase: "Failed", contextVersion: 4 } })
      )
      const reply = yield* ask("POST", "/api/v1/code-runs/a/retry")
      assert.strictEqual(reply.status, 200)
      assert.deepInclude((yield* stored("a")).spec, { contextVersion: 5, promptModification: "before" })
    }).pipe(Effect.provide(TestApi)))

  it.effect.each(["Pending", "Running"])(
    "refuses a run that is %s, unless it is forced",
    (phase) =>
      Effect.gen(function*() {
        const { codeRuns } = yield* OrchestratorClient
        yield* finished("a", phase)
        const refused = yield* Effect.flip(codeRuns.retry({ params: { name: "a" }, payload: {} }))
        assert.strictEqual(refused._tag, "RunNotFinished")
        assert.strictEqual((yield* stored("a")).spec["contextVersion"], 1)
        yield* codeRuns.retry({ params: { name: "a" }, payload: { force: true } })
        assert.strictEqual((yield* stored("a")).spec["contextVersion"], 2)
      }).pipe(Effect.provide(TestApi))
  )

  it.effect("asked by many at once starts one attempt", () =>
    Effect.gen(function*() {
      yield* finished("a")
      const replies = yield* Effect.all(
        Array.from({ length: 8 }, () => ask("POST", "/api/v1/code-runs/a/retry")),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(replies.map(({ status }) => status).toSorted(), [200, 409, 409, 409, 409, 409, 409, 409])
      assert.strictEqual((yield* stored("a")).spec["contextVersion"], 2)
    }).pipe(Effect.provide(TestApi)))
})

describe("suspending a CodeRun", () => {
  it.effect("says so in the spec, twice is once, and resuming takes it back", () =>
    Effect.gen(function*() {
      const { codeRuns } = yield* OrchestratorClient
      yield* finished("a", "Pending")
      yield* codeRuns.suspend({ params: { name: "a" } })
      const once = yield* stored("a")
      assert.strictEqual(once.spec["suspend"], true)
      yield* codeRuns.suspend({ params: { name: "a" } })
      assert.strictEqual((yield* stored("a")).metadata.resourceVersion, once.metadata.resourceVersion)
      yield* codeRuns.resume({ params: { name: "a" } })
      const resumed = yield* stored("a")
      assert.strictEqual(resumed.spec["suspend"], false)
      yield* codeRuns.resume({ params: { name: "a" } })
      assert.strictEqual((yield* stored("a")).metadata.resourceVersion, resumed.metadata.resourceVersion)
    }).pipe(Effect.provide(TestApi)))

  it.effect("refuses a run that has ended, and one that is not there", () =>
    Effect.gen(function*() {
      const { codeRuns } = yield* OrchestratorClient
      yield* finished("a", "Succeeded")
      assert.strictEqual((yield* Effect.flip(codeRuns.suspend({ params: { name: "a" } })))._tag, "RunFinished")
      assert.strictEqual((yield* Effect.flip(codeRuns.resume({ params: { name: "b" } })))._tag, "RunNotFound")
    }).pipe(Effect.provide(TestApi)))
})

describe("cancelling a CodeRun", () => {
  it.effect("says so in the spec, and twice is once", () =>
    Effect.gen(function*() {
      const { codeRuns } = yield* OrchestratorClient
      yield* finished("a", "Running")
      assert.isUndefined((yield* codeRuns.get({ params: { name: "a" } })).cancelling)
      assert.isTrue((yield* codeRuns.cancel({ params: { name: "a" } })).cancelling)
      const once = yield* stored("a")
      assert.strictEqual(once.spec["cancel"], true)
      yield* codeRuns.cancel({ params: { name: "a" } })
      assert.strictEqual((yield* stored("a")).metadata.resourceVersion, once.metadata.resourceVersion)
    }).pipe(Effect.provide(TestApi)))

  it.effect.each(["Succeeded", "Failed"])("refuses a run that is %s", (phase) =>
    Effect.gen(function*() {
      const { codeRuns } = yield* OrchestratorClient
      yield* finished("a", phase)
      assert.strictEqual((yield* Effect.flip(codeRuns.cancel({ params: { name: "a" } })))._tag, "RunFinished")
      assert.strictEqual((yield* stored("a")).spec["cancel"], false)
    }).pipe(Effect.provide(TestApi)))

  it.effect("takes back an attempt that was asked for and has not begun", () =>
    Effect.gen(function*() {
      const { codeRuns } = yield* OrchestratorClient
      yield* finished("a")
      yield* codeRuns.retry({ params: { name: "a" }, payload: {} })
      yield* codeRuns.cancel({ params: { name: "a" } })
      assert.deepInclude((yield* stored("a")).spec, { contextVersion: 2, cancel: true, cancelVersion: 2 })
    }).pipe(Effect.provide(TestApi)))

  it.effect("means the version that runs now, also while the cancel of an earlier one still stands", () =>
    Effect.gen(function*() {
      const { codeRuns } = yield* OrchestratorClient
      const spec = { cancel: true, contextVersion: 2 }
      const status = { phase: "Running", contextVersion: 2, cancelledVersion: 1 }
      yield* store(CodeRunKind, makeCodeRun("a", { spec, status }))
      yield* codeRuns.cancel({ params: { name: "a" } })
      assert.deepInclude((yield* stored("a")).spec, { ...spec, cancelVersion: 2 })
    }).pipe(Effect.provide(TestApi)))

  it.effect("is not the next attempt's, however soon that is asked for", () =>
    Effect.gen(function*() {
      const { codeRuns } = yield* OrchestratorClient
      yield* finished("a", "Running")
      yield* codeRuns.cancel({ params: { name: "a" } })
      yield* codeRuns.retry({ params: { name: "a" }, payload: { force: true } })
      assert.deepInclude((yield* stored("a")).spec, { contextVersion: 2, cancel: false, cancelVersion: 1 })
    }).pipe(Effect.provide(TestApi)))
})
