import { assert, describe, it } from "@effect/vitest"
import { CodeRunKind, ConfigMapKind, DocsRunKind, PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect } from "effect"
import type { HttpMethod } from "effect/http"
import { HttpApi } from "effect/http-api"
import { Api } from "../../src/contract/Api.ts"
import { makeCodeRun, makeDocsRun, namespace, newCodeSpec, newDocsSpec, oldCodeTask } from "../fixtures/Runs.ts"
import { addUser, askAs, Reviews, TestAccess } from "../fixtures/TestAccess.ts"
import { ask, type Reply, store } from "../fixtures/TestApi.ts"

interface Route {
  readonly method: HttpMethod.HttpMethod
  readonly path: string
  readonly body?: unknown
  /** All that it takes. */
  readonly needs: ReadonlyArray<string>
  readonly status: number
}

const octocat = ["use secrets/github-ssh-octocat", "use secrets/github-token-octocat"]

const runRoutes = (path: string, resource: string, spec: unknown): ReadonlyArray<Route> => [
  { method: "GET", path, needs: [`list ${resource}`], status: 200 },
  { method: "POST", path, body: { name: "new", spec }, needs: [`create ${resource}`, ...octocat], status: 201 },
  { method: "POST", path: `${path}/plan`, body: { spec }, needs: [`create ${resource}`], status: 503 },
  { method: "POST", path: `${path}/a/plan`, needs: [`get ${resource}`], status: 503 },
  { method: "GET", path: `${path}/a`, needs: [`get ${resource}`], status: 200 },
  { method: "GET", path: `${path}/a/attempts`, needs: [`get ${resource}`], status: 200 },
  {
    method: "GET",
    path: `${path}/a/dependencies`,
    needs: [`get ${resource}`, `list ${resource}`],
    status: 200
  },
  { method: "GET", path: `${path}/a/events`, needs: [`get ${resource}`, "list events"], status: 200 },
  { method: "GET", path: `${path}/a/manifest`, needs: [`get ${resource}`], status: 200 },
  { method: "GET", path: `${path}/a/logs`, needs: ["get pods/log"], status: 200 },
  { method: "GET", path: `${path}/a/transcript`, needs: ["get pods/log"], status: 200 },
  { method: "GET", path: `${path}/a/diff`, needs: ["get pods/log"], status: 404 },
  { method: "GET", path: `${path}/a/result`, needs: ["get pods/log"], status: 404 },
  { method: "GET", path: `${path}/a/files`, needs: ["get configmaps"], status: 200 },
  { method: "POST", path: `${path}/running/cancel`, needs: [`patch ${resource}`], status: 200 },
  { method: "POST", path: `${path}/running/suspend`, needs: [`patch ${resource}`], status: 200 },
  { method: "POST", path: `${path}/running/resume`, needs: [`patch ${resource}`], status: 200 },
  {
    method: "POST",
    path: `${path}/cancel`,
    body: { selector: { phase: "Running" } },
    needs: [`list ${resource}`],
    status: 200
  },
  {
    method: "POST",
    path: `${path}/retry`,
    body: { selector: { phase: "Failed" } },
    needs: [`list ${resource}`],
    status: 200
  },
  { method: "DELETE", path: `${path}/a`, needs: [`delete ${resource}`], status: 204 }
]

const routes: ReadonlyArray<Route> = [
  ...runRoutes("/api/v1/code-runs", "coderuns", newCodeSpec),
  ...runRoutes("/api/v1/docs-runs", "docsruns", newDocsSpec),
  {
    method: "POST",
    path: "/api/v1/code-runs/a/retry",
    body: {},
    needs: ["patch coderuns", ...octocat],
    status: 200
  },
  {
    method: "POST",
    path: "/api/v1/docs-runs/a/retry",
    body: {},
    needs: ["patch docsruns", "create docsruns", ...octocat],
    status: 201
  },
  {
    method: "POST",
    path: "/api/v1/pm/tasks",
    body: oldCodeTask,
    needs: ["create coderuns", "use secrets/npm", ...octocat],
    status: 200
  },
  {
    method: "POST",
    path: "/api/v1/pm/docs/generate",
    body: {
      repository_url: "https://github.com/example/docs",
      working_directory: ".",
      source_branch: "main",
      github_user: "octocat"
    },
    needs: ["create docsruns", ...octocat],
    status: 200
  }
]

const workspaceNeeds = (verb: string) => [`${verb} persistentvolumeclaims`, "list coderuns"]

const workspaceRoutes: ReadonlyArray<Route> = [
  { method: "GET", path: "/api/v1/workspaces", needs: workspaceNeeds("list"), status: 200 },
  { method: "GET", path: "/api/v1/workspaces/plan", needs: workspaceNeeds("list"), status: 503 },
  { method: "GET", path: "/api/v1/workspaces/a", needs: workspaceNeeds("get"), status: 200 },
  { method: "DELETE", path: "/api/v1/workspaces/a", needs: workspaceNeeds("delete"), status: 503 }
]

const groupOf = (resource: string): string =>
  resource.endsWith("runs") ? ".orchestrator.platform" : resource === "leases" ? ".coordination.k8s.io" : ""

const tasks: Route = {
  method: "GET",
  path: "/api/v1/tasks?repository=https://github.com/example/docs&githubUser=octocat",
  needs: ["create coderuns", ...octocat],
  status: 404
}

const installation: Route = { method: "GET", path: "/api/v1/installation", needs: ["get leases"], status: 200 }

/** They count what the caller may list, of each kind: see Spending.test.ts. */
const counted = ["/api/v1/models", "/api/v1/services", "/api/v1/spending", "/api/v1/spending/csv"].map((
  path
): Route => ({
  method: "GET",
  path,
  needs: [],
  status: 403
}))

const cases = [...routes, ...workspaceRoutes, tasks, installation, ...counted].map((route) =>
  [`${route.method} ${route.path}`, route] as const
)

/** What is as good: reading a Secret, and updating. */
const stronger = (need: string): string => need.replace(/^use /, "get ").replace(/^patch /, "update ")

/** A finished run `a` of both kinds with pod and files, and one that is running. */
const world = Effect.gen(function*() {
  const ended = { status: { phase: "Succeeded", jobName: "job-a", configmapName: "files-a" } }
  const { metadata } = yield* store(CodeRunKind, makeCodeRun("a", ended))
  yield* store(DocsRunKind, makeDocsRun("a", { status: { ...ended.status, configmapName: "files-b" } }))
  yield* store(CodeRunKind, makeCodeRun("running", { status: { phase: "Running" } }))
  yield* store(DocsRunKind, makeDocsRun("running", { status: { phase: "Running" } }))
  const client = yield* KubernetesClient
  const docs = yield* client.get(DocsRunKind, { name: "a", namespace })
  for (const [name, uid] of [["files-a", metadata.uid], ["files-b", docs.metadata.uid]] as const) {
    yield* store(ConfigMapKind, {
      metadata: { name, namespace, labels: { "orchestrator.platform/run-uid": uid ?? "" } },
      data: { "prompt.md": "p" }
    })
  }
  yield* store(PersistentVolumeClaimKind, {
    metadata: {
      name: "a",
      namespace,
      labels: { app: "orchestrator", "app.kubernetes.io/managed-by": "orchestrator", component: "workspace" }
    },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } }
  })
  yield* store(PodKind, {
    metadata: { name: "pod-a", namespace, labels: { "batch.kubernetes.io/job-name": "job-a" } },
    spec: { containers: ["claude", "broker"].map((name) => ({ name, image: "agent" })) },
    status: {
      containerStatuses: ["claude", "broker"].map((name) => ({
        name,
        ready: false,
        restartCount: 0,
        state: { running: {} }
      }))
    }
  })
})

const writes = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const runs = [...(yield* client.list(CodeRunKind)).items, ...(yield* client.list(DocsRunKind)).items]
  return runs.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion}`)
})

const send = (token: string | undefined, { body, method, path }: Route) =>
  token === undefined ? ask(method, path, { body }) : askAs(token, method, path, { body })

const refused = (route: Route, token: string | undefined) =>
  Effect.gen(function*() {
    const before = yield* writes
    const reply = yield* send(token, route)
    assert.deepStrictEqual(yield* writes, before)
    return reply
  })

const urnOf = ({ json, status }: Reply) => [status, json.type?.replace("urn:orchestrator:problem:", "")]

describe("every route of runs", () => {
  it("is in this table, and no other wants a token", () => {
    const asked: Array<string> = []
    HttpApi.reflect(Api, {
      onGroup: () => {},
      onEndpoint: ({ endpoint, group }) => {
        // What is told of by events depends on rights for each kind: see handlers/events.
        if (!["system", "events", "signIn"].includes(group.identifier)) {
          asked.push(`${endpoint.method} ${endpoint.path.replace(/\/$/, "")}`)
        }
      }
    })
    const tabled = cases.map(([, { method, path }]) =>
      `${method} ${path.replace(/\?.*$/, "").replace(/\/(a|running)(?=\/|$)/, "/:name")}`
    )
    assert.deepStrictEqual(tabled.toSorted(), asked.toSorted())
  })

  it.effect.each(cases)("%s without a token is unauthenticated", ([, route]) =>
    Effect.gen(function*() {
      yield* world
      const reply = yield* refused(route, undefined)
      assert.deepStrictEqual(urnOf(reply), [401, "unauthenticated"])
      assert.strictEqual(reply.headers["www-authenticate"], "Bearer realm=\"orchestrator\"")
      assert.include(reply.json.hint, `kubectl create token SERVICEACCOUNT -n ${namespace}`)
      assert.lengthOf((yield* Reviews).tokens, 0)
    }).pipe(Effect.provide(TestAccess)))

  it.effect.each(cases)("%s with a token that nobody knows is unauthenticated", ([, route]) =>
    Effect.gen(function*() {
      yield* world
      const reply = yield* refused(route, "stranger")
      assert.deepStrictEqual(urnOf(reply), [401, "unauthenticated"])
      assert.notInclude(reply.text, "stranger")
    }).pipe(Effect.provide(TestAccess)))

  it.effect.each(cases)(
    "%s takes each of its permissions, and says which is missing",
    ([, route]) =>
      Effect.gen(function*() {
        yield* world
        for (const [index, need] of route.needs.entries()) {
          const user = `user-${index}`
          yield* addUser(user, (asked) => asked !== need && asked !== stronger(need))
          const reply = yield* refused(route, user)
          assert.deepStrictEqual(urnOf(reply), [403, "permission-missing"])
          assert.strictEqual(reply.json.user, user)
          const [missing, ...more] = reply.json.missing
          assert.lengthOf(more, 0)
          const [verb = "", resource = ""] = need.split(" ")
          assert.strictEqual(missing?.["verb"], verb)
          assert.strictEqual(missing?.["namespace"], namespace)
          const named = resource.startsWith("secrets/")
          const full = `${resource}${groupOf(resource)}`
          assert.strictEqual(missing?.["resource"], named ? "secrets" : full)
          if (named) assert.strictEqual(`secrets/${missing?.["name"]}`, resource)
          assert.include(
            reply.json.hint,
            named ? `"verbs":["${verb}"]` : `--verb=${verb} --resource=${missing?.["resource"]}`
          )
          assert.include(reply.json.hint, `--user=${user}`)
        }
      }).pipe(Effect.provide(TestAccess))
  )

  it.effect.each(cases.filter(([, { needs }]) => needs.some((need) => stronger(need) !== need)))(
    "%s is answered for who has the verbs that older roles have",
    ([, route]) =>
      Effect.gen(function*() {
        yield* world
        yield* addUser("clerk", (asked) => route.needs.map(stronger).includes(asked))
        const reply = yield* send("clerk", route)
        assert.strictEqual(reply.status, route.status, reply.text)
      }).pipe(Effect.provide(TestAccess))
  )

  it.effect.each(cases)("%s is answered for who may do exactly that", ([, route]) =>
    Effect.gen(function*() {
      yield* world
      yield* addUser("clerk", (asked) => route.needs.includes(asked))
      const reply = yield* send("clerk", route)
      assert.strictEqual(reply.status, route.status, reply.text)
      const { accesses } = yield* Reviews
      for (const { groups, resourceAttributes, user } of accesses) {
        assert.deepStrictEqual([user, groups], ["clerk", ["team", "system:authenticated"]])
        assert.strictEqual(resourceAttributes?.namespace, namespace)
      }
    }).pipe(Effect.provide(TestAccess)))
})

describe("routes that want no token", () => {
  it.effect.each([
    { path: "/health", status: 200 },
    { path: "/ready", status: 200 },
    { path: "/metrics", status: 200 },
    { path: "/openapi.json", status: 200 },
    { path: "/docs", status: 200 },
    { path: "/nowhere", status: 404 }
  ])("$path", ({ path, status }) =>
    Effect.gen(function*() {
      assert.strictEqual((yield* ask("GET", path)).status, status)
      assert.strictEqual((yield* askAs("stranger", "GET", path)).status, status)
      assert.lengthOf((yield* Reviews).tokens, 0)
    }).pipe(Effect.provide(TestAccess)))
})

describe("a requester", () => {
  it.effect("is asked for the run that the path names", () =>
    Effect.gen(function*() {
      yield* addUser("clerk", () => true)
      yield* askAs("clerk", "GET", "/api/v1/code-runs/some-run")
      const { accesses } = yield* Reviews
      assert.deepStrictEqual(accesses.map(({ resourceAttributes }) => resourceAttributes), [{
        namespace,
        verb: "get",
        group: "orchestrator.platform",
        version: "v1",
        resource: "coderuns",
        name: "some-run"
      }])
    }).pipe(Effect.provide(TestAccess)))

  it.effect("learns of nothing else before being let in", () =>
    Effect.gen(function*() {
      yield* addUser("clerk", () => false)
      for (
        const [method, path, text] of [
          ["GET", "/api/v1/code-runs?limit=ten", undefined],
          ["GET", "/api/v1/code-runs/No_Name", undefined],
          ["POST", "/api/v1/code-runs", "{"],
          ["POST", "/api/v1/pm/tasks", "{"]
        ] as const
      ) {
        const options = text === undefined ? {} : { text }
        assert.strictEqual((yield* ask(method, path, options)).status, 401)
        assert.strictEqual((yield* askAs("clerk", method, path, options)).status, 403)
      }
    }).pipe(Effect.provide(TestAccess)))

  it.effect.each(["Basic Zm9vOmJhcg==", "Bearer", "Bearer ", "Bearer a b", "Bearer \"x\"", "Token clerk"])(
    "of the header %j is nobody, and the cluster is not asked",
    (authorization) =>
      Effect.gen(function*() {
        yield* addUser("clerk", () => true)
        const reply = yield* ask("GET", "/api/v1/code-runs", { headers: { authorization } })
        assert.strictEqual(reply.status, 401)
        assert.lengthOf((yield* Reviews).tokens, 0)
      }).pipe(Effect.provide(TestAccess))
  )

  it.effect("needs every secret that the agent would use, and learns of all of them at once", () =>
    Effect.gen(function*() {
      yield* addUser("clerk", (asked) => asked === "create coderuns" || asked === "use secrets/npm")
      const envFromSecrets = ["npm", "aws", "npm"].map((secretName, index) => ({
        name: `KEY_${index}`,
        secretName,
        secretKey: "key"
      }))
      const body = { spec: { ...newCodeSpec, githubUser: "Octo-Cat", envFromSecrets } }
      const { json, status } = yield* askAs("clerk", "POST", "/api/v1/code-runs", { body })
      assert.strictEqual(status, 403)
      assert.deepStrictEqual(
        json.missing,
        ["aws", "github-ssh-octo-cat", "github-token-octo-cat"].map((name) => ({
          verb: "use",
          resource: "secrets",
          namespace,
          name
        }))
      )
      const client = yield* KubernetesClient
      assert.lengthOf((yield* client.list(CodeRunKind)).items, 0)
    }).pipe(Effect.provide(TestAccess)))

  it.effect("of another attempt needs the secrets of the run as it is", () =>
    Effect.gen(function*() {
      const spec = { envFromSecrets: [{ name: "KEY", secretName: "aws", secretKey: "key" }] }
      yield* store(CodeRunKind, makeCodeRun("a", { spec, status: { phase: "Failed" } }))
      yield* addUser("clerk", (asked) => !asked.endsWith(" secrets/aws"))
      const { json, status } = yield* askAs("clerk", "POST", "/api/v1/code-runs/a/retry", {
        body: { promptModification: "Print the environment" }
      })
      assert.deepStrictEqual([status, json.missing[0]?.["name"]], [403, "aws"])
    }).pipe(Effect.provide(TestAccess)))
})
