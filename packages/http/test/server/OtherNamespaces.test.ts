/** `/namespaces/NAME`: the same API for the runs of other namespaces that are looked after. */
import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import { CodeRunKind, NamespaceKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import { Effect, Layer } from "effect"
import { namespaceIn } from "../../src/server/NamespacePath.ts"
import { Server, type ServerOptions } from "../../src/server/Server.ts"
import { codeSpec, namespace } from "../fixtures/Runs.ts"
import { clientOf, raw, serverOver } from "../fixtures/TestServer.ts"

describe("a path", () => {
  it.each([
    ["/namespaces/team-b/api/v1/code-runs?limit=2", "team-b", "/api/v1/code-runs?limit=2"],
    ["/namespaces/team-b", "team-b", "/"],
    ["/namespaces/team-b/", "team-b", "/"],
    ["/namespaces/team-b?x=1", "team-b", "/?x=1"]
  ])("%s is about a namespace", (path, name, url) => {
    assert.deepStrictEqual(namespaceIn(path), { namespace: name, url })
  })

  it.each([
    "/api/v1/code-runs",
    "/namespaces",
    "/namespaces/",
    "/namespaces/..",
    "/namespaces/A/x",
    "/namespaces/a%2fb/x",
    "/namespaces/-a/x"
  ])(
    "%s is about none",
    (path) => {
      assert.strictEqual(namespaceIn(path), undefined)
    }
  )
})

const serves = (name: string) => name === "team-b" || name === namespace

const serving = <A, E>(use: (url: string) => Effect.Effect<A, E, KubernetesClient>) =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* client.create(NamespaceKind, { metadata: { name: "team-b" } }).pipe(
      Effect.catchIf(hasReason("AlreadyExists"), () => Effect.void)
    )
    const { url } = yield* Server
    return yield* use(url)
  }).pipe(Effect.provide(serverOverSame()))

const serverOverSame = (options: Partial<ServerOptions> = {}) =>
  Layer.unwrap(
    Effect.map(KubernetesClient, (client) =>
      serverOver(Layer.succeed(KubernetesClient, client), { servesNamespace: serves, ...options }))
  ).pipe(Layer.provideMerge(layerMemory))

const inTeam = <A, E>(url: string, use: Effect.Effect<A, E, OrchestratorClient>) =>
  Effect.provide(use, clientOf(`${url}/namespaces/team-b`))

const runs = Effect.flatMap(OrchestratorClient, ({ codeRuns }) => codeRuns.list({ query: {} }))

describe("over a socket", () => {
  it.live("a client of another base address makes, lists and cancels runs of that namespace, and sees no others", () =>
    serving((url) =>
      Effect.gen(function*() {
        const client = yield* KubernetesClient
        const make = (name: string) =>
          Effect.flatMap(
            OrchestratorClient,
            ({ codeRuns }) => codeRuns.create({ headers: {}, payload: { name, spec: codeSpec } })
          )
        yield* Effect.provide(make("ours"), clientOf(url))
        const made = yield* inTeam(url, make("theirs"))
        assert.strictEqual(made.namespace, "team-b")
        assert.deepStrictEqual((yield* inTeam(url, runs)).items.map(({ name }) => name), ["theirs"])
        assert.deepStrictEqual((yield* Effect.provide(runs, clientOf(url))).items.map(({ name }) => name), ["ours"])
        yield* inTeam(
          url,
          Effect.flatMap(OrchestratorClient, ({ codeRuns }) => codeRuns.cancel({ params: { name: "theirs" } }))
        )
        const stored = yield* client.get(CodeRunKind, { namespace: "team-b", name: "theirs" })
        assert.isTrue(stored.spec["cancel"])
      })
    ))

  it.live("a request is about itself, whatever was the first one there", () =>
    serving((url) =>
      Effect.gen(function*() {
        const post = (path: string, body: object) =>
          raw(url, {
            method: "POST",
            path: `/namespaces/team-b/api/v1/code-runs${path}`,
            headers: { "content-type": "application/json" },
            chunks: [Buffer.from(JSON.stringify(body))]
          })
        const first = yield* post("", { name: "first", spec: codeSpec })
        assert.strictEqual(first.status, 201, first.text)
        const retried = yield* post("/first/retry", { force: true })
        assert.strictEqual(retried.status, 200, retried.text)
        const refused = yield* post("", { name: 7, spec: codeSpec })
        assert.strictEqual(refused.status, 422, refused.text)
        assert.include(refused.text, "number 7")
        const second = yield* post("", { name: "second", spec: codeSpec })
        assert.strictEqual(second.status, 201, second.text)
      })
    ))

  it.live("who asks is who has sent the request, whoever was the first one there", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const store = yield* EmbeddedStore
      yield* client.create(NamespaceKind, { metadata: { name: "team-b" } })
      yield* store.registerUser("obviously-fake-of-jane", { username: "jane", allows: () => true })
      yield* store.registerUser("obviously-fake-of-eve", { username: "eve", allows: () => false })
      const { url } = yield* Server
      const list = (headers: Readonly<Record<string, string>>) =>
        Effect.map(raw(url, { path: "/namespaces/team-b/api/v1/code-runs", headers }), ({ status }) => status)
      assert.strictEqual(yield* list({ authorization: "Bearer obviously-fake-of-jane" }), 200)
      assert.strictEqual(yield* list({ authorization: "Bearer obviously-fake-of-eve" }), 403)
      assert.strictEqual(yield* list({}), 401)
    }).pipe(
      Effect.provide(serverOverSame({ auth: { mode: "kubernetes", audiences: [], allowUnauthenticated: false } }))
    ))

  it.live("rights in one namespace are none in another, in the same moment", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const store = yield* EmbeddedStore
      yield* client.create(NamespaceKind, { metadata: { name: "team-b" } })
      yield* store.registerUser("obviously-fake-of-jane", {
        username: "jane",
        allows: (about) => about.namespace === namespace
      })
      yield* store.registerUser("obviously-fake-of-eve", {
        username: "eve",
        allows: (about) => about.namespace === "team-b"
      })
      const { url } = yield* Server
      const ask = (user: string, path: string) =>
        raw(url, { path, headers: { authorization: `Bearer obviously-fake-of-${user}` } })
      const list = "/api/v1/code-runs"
      const there = `/namespaces/team-b${list}`
      for (
        const [user, path, status] of [["jane", list, 200], ["jane", there, 403], ["eve", there, 200], [
          "eve",
          list,
          403
        ]] as const
      ) {
        const answer = yield* ask(user, path)
        assert.strictEqual(answer.status, status, `${user} ${path} ${answer.text}`)
        if (status === 403) assert.include(answer.text, `in namespace \\"${path === list ? namespace : "team-b"}\\"`)
      }
      // Who may see a namespace's pods and runs does not see those of the installation.
      const installation = (yield* ask("eve", "/namespaces/team-b/api/v1/installation")).text
      assert.include(installation, `"namespace":"team-b"`)
      assert.notInclude(installation, "replicas")
      assert.notInclude(installation, "deliveries")
      assert.include((yield* ask("jane", "/api/v1/installation")).text, `"replicas":[]`)
    }).pipe(
      Effect.provide(serverOverSame({ auth: { mode: "kubernetes", audiences: [], allowUnauthenticated: false } }))
    ))

  it.live("a namespace that is not looked after is refused, with what to do", () =>
    serving((url) =>
      Effect.gen(function*() {
        const { status, text } = yield* raw(url, { path: "/namespaces/team-c/api/v1/code-runs" })
        assert.strictEqual(status, 404)
        assert.include(text, "team-c")
        assert.include(text, "watchNamespaces")
      })
    ))

  it.live("without others the paths lead nowhere", () =>
    Effect.flatMap(Server, ({ url }) => raw(url, { path: "/namespaces/team-b/api/v1/code-runs" })).pipe(
      Effect.map(({ status }) => assert.strictEqual(status, 404)),
      Effect.provide(serverOver(layerMemory))
    ))
})
