import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import { Server } from "@orchestrator/http/server/Server"
import { CodeRunKind, NamespaceKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, Layer } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { call, overHttp, serverWith } from "../fixtures/TestServer.ts"

const authenticated = Layer.provideMerge(
  NodeHttpClient.layerUndici,
  serverWith({ auth: { mode: "kubernetes", audiences: [], allowUnauthenticated: false } })
)

/** A user whose token is its name, and who may do what begins so. */
const addUser = Effect.fnUntraced(function*(name: string, ...verbs: ReadonlyArray<string>) {
  const store = yield* EmbeddedStore
  yield* store.registerUser(name, {
    username: name,
    groups: [],
    allows: ({ resource, verb = "" }) => resource === "secrets" || (resource === "coderuns" && verbs.includes(verb))
  })
})

const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "test", version: "1" } }
}

const post = Effect.fnUntraced(function*(
  headers: Readonly<Record<string, string>>,
  body: object = initialize,
  base = ""
) {
  const { url } = yield* Server
  const response = yield* HttpClient.execute(
    HttpClientRequest.post(`${url}${base}/mcp`).pipe(
      HttpClientRequest.setHeaders({ accept: "application/json, text/event-stream", ...headers }),
      HttpClientRequest.bodyJsonUnsafe(body)
    )
  )
  return { status: response.status, headers: response.headers, text: yield* response.text }
})

const codeRunIn = (namespace: string) => ({
  apiVersion: "orchestrator.platform/v1",
  kind: "CodeRun",
  metadata: { name: `of-${namespace}`, namespace },
  spec: { ...spec, taskId: 1, docsRepositoryUrl: spec.repositoryUrl, workingDirectory: ".", model: "a-model" }
})

const run = { kind: "CodeRun", name: "a" }
const spec = { service: "a", prompt: "b", repositoryUrl: "https://github.com/example/a", githubUser: "octocat" }

describe("/mcp", () => {
  it.live("lets nobody in without a token that the cluster knows, not even to begin", () =>
    Effect.gen(function*() {
      yield* addUser("reader", "list")
      const without = yield* post({})
      assert.strictEqual(without.status, 401)
      assert.match(without.headers["www-authenticate"] ?? "", /^Bearer/)
      assert.match(without.text, /urn:orchestrator:problem:unauthenticated/)
      assert.strictEqual((yield* post({ authorization: "Bearer stranger" })).status, 401)
      assert.strictEqual((yield* post({ authorization: "Bearer reader" })).status, 200)
    }).pipe(Effect.provide(authenticated)))

  it.live("does for each caller what the caller may, in the same server and session", () =>
    Effect.gen(function*() {
      yield* addUser("reader", "get", "list")
      yield* addUser("writer", "get", "list", "create", "delete")
      const reader = yield* overHttp("reader")
      const writer = yield* overHttp("writer")
      const refused = yield* call(reader, "submit_code_run", { name: "a", spec })
      assert.strictEqual(refused.isError, true)
      assert.match(refused.content[0]?.text ?? "", /"reader" may not create/)
      assert.notStrictEqual((yield* call(writer, "submit_code_run", { name: "a", spec })).isError, true)
      assert.notStrictEqual((yield* call(reader, "get_run", run)).isError, true)
      assert.strictEqual((yield* call(reader, "delete_run", run)).isError, true)
      // The session of somebody else lends nothing: each call goes by its own token.
      const begun = yield* post({ authorization: "Bearer writer" })
      const stolen = yield* post(
        { authorization: "Bearer reader", "mcp-session-id": begun.headers["mcp-session-id"] ?? "" },
        { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "delete_run", arguments: run } }
      )
      assert.match(stolen.text, /may not delete/)
      assert.notStrictEqual((yield* call(writer, "delete_run", run)).isError, true)
    }).pipe(Effect.scoped, Effect.provide(authenticated)))

  it.live("is about the namespace of its path, with the caller's rights there, also where the session began elsewhere", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const store = yield* EmbeddedStore
      for (const name of ["orchestrator", "team-b"]) {
        yield* Effect.ignore(client.create(NamespaceKind, { metadata: { name } }))
        yield* client.create(CodeRunKind, codeRunIn(name))
      }
      yield* store.registerUser("ours", { username: "ours", allows: ({ namespace }) => namespace === "orchestrator" })
      yield* store.registerUser("theirs", { username: "theirs", allows: ({ namespace }) => namespace === "team-b" })
      const list = (token: string, session: string | undefined, base: string) =>
        Effect.map(
          post(
            { authorization: `Bearer ${token}`, "mcp-session-id": session ?? "" },
            { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "list_runs", arguments: {} } },
            base
          ),
          ({ text }) => text
        )
      const begun = yield* post({ authorization: "Bearer ours" })
      const session = begun.headers["mcp-session-id"]
      assert.include(yield* list("ours", session, ""), "of-orchestrator")
      assert.notInclude(yield* list("ours", session, ""), "of-team-b")
      assert.match(yield* list("ours", session, "/namespaces/team-b"), /may not list coderuns[^"]* in namespace/)
      assert.include(yield* list("theirs", session, "/namespaces/team-b"), "of-team-b")
      assert.notInclude(yield* list("theirs", session, "/namespaces/team-b"), "of-orchestrator")
      assert.match(yield* list("theirs", session, ""), /may not list coderuns[^"]* in namespace/)
    }).pipe(
      Effect.provide(
        Layer.provideMerge(
          NodeHttpClient.layerUndici,
          serverWith({
            auth: { mode: "kubernetes", audiences: [], allowUnauthenticated: false },
            servesNamespace: (name) => name === "team-b"
          })
        )
      )
    ))

  it.live("answers no page of another origin, and no name that was rebound", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* post({ origin: "https://evil.example" })).status, 403)
      assert.strictEqual((yield* post({ host: "evil.example" })).status, 421)
    }).pipe(Effect.provide(Layer.provideMerge(NodeHttpClient.layerUndici, serverWith()))))

  it.live("ends the oldest sessions of a user who never ends one", () =>
    Effect.gen(function*() {
      const begun = yield* Effect.forEach(Array.from({ length: 52 }), () => post({}))
      const list = (id: string | undefined) =>
        post({ "mcp-session-id": id ?? "" }, { jsonrpc: "2.0", id: 2, method: "tools/list", params: {} })
      assert.strictEqual((yield* list(begun[0]?.headers["mcp-session-id"])).status, 404)
      assert.strictEqual((yield* list(begun[51]?.headers["mcp-session-id"])).status, 200)
    }).pipe(Effect.provide(Layer.provideMerge(NodeHttpClient.layerUndici, serverWith()))))
})
