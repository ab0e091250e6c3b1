import { assert, describe, it } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { CodeRunKind, DocsRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect } from "effect"
import { toolConfigAnnotation } from "../../src/handlers/Submissions.ts"
import { codeSpec, namespace, oldCodeTask } from "../fixtures/Runs.ts"
import { ask, TestApi } from "../fixtures/TestApi.ts"

const tasks = "/api/v1/pm/tasks"
const generate = "/api/v1/pm/docs/generate"

const small = {
  task_id: 7,
  service: "payments",
  repository_url: "https://github.com/example/payments",
  docs_repository_url: "https://github.com/example/docs",
  github_user: "octocat"
}

const docs = {
  repository_url: "https://github.com/example/docs",
  working_directory: "_projects/payments",
  source_branch: "main",
  github_user: "octocat"
}

const codeRun = (name: string) =>
  Effect.flatMap(KubernetesClient, (client) => client.get(CodeRunKind, { name, namespace }))

const docsRun = (name: string) =>
  Effect.flatMap(KubernetesClient, (client) => client.get(DocsRunKind, { name, namespace }))

describe("POST /api/v1/pm/tasks", () => {
  it.effect("stores every field of an old client's body", () =>
    Effect.gen(function*() {
      const reply = yield* ask("POST", tasks, { body: oldCodeTask })
      assert.strictEqual(reply.status, 200)
      const run = yield* codeRun(reply.json.data.name)
      assert.deepStrictEqual(run.spec, {
        ...codeSpec,
        repositoryUrl: "git@github.com:example/payments.git",
        docsProjectDirectory: "_projects/payments",
        docsBranch: "develop",
        workingDirectory: "services/payments",
        model: "claude-3-5-sonnet-20241022",
        localTools: "filesystem,git",
        remoteTools: "memory",
        contextVersion: 2,
        promptModification: "Mind the\nmigration",
        continueSession: true,
        overwriteMemory: true,
        env: { LOG_LEVEL: "debug", someThing: "kept" },
        envFromSecrets: [{ name: "NPM_TOKEN", secretName: "npm", secretKey: "token" }]
      })
      assert.strictEqual(run.metadata.annotations?.[toolConfigAnnotation], "default")
    }).pipe(Effect.provide(TestApi)))

  it.effect("answers as old clients expect, with where to look next", () =>
    Effect.gen(function*() {
      const { json } = yield* ask("POST", tasks, { body: small })
      assert.strictEqual(json.success, true)
      assert.strictEqual(json.data.namespace, namespace)
      const links = Object.entries(json.data.links)
      assert.deepStrictEqual(links.map(([name]) => name).toSorted(), [
        "attempts",
        "cancel",
        "diff",
        "files",
        "logs",
        "result",
        "retry",
        "self",
        "transcript"
      ])
      const self = yield* ask("GET", json.data.links["self"] ?? "")
      assert.strictEqual(self.json.name, json.data.name)
    }).pipe(Effect.provide(TestApi)))

  it.effect.each([
    ["camelCase", {
      taskId: 7,
      service: "payments",
      repositoryUrl: small.repository_url,
      docsRepositoryUrl: small.docs_repository_url,
      githubUser: "octocat"
    }],
    ["null for what is left out", { ...small, docs_branch: null, model: null, env: null, env_from_secrets: null }],
    ["a mixture", { ...small, continueSession: false, overwrite_memory: false, workingDirectory: "payments" }],
    ["camelCase within lists", { ...small, envFromSecrets: [] }]
  ])("takes %s", ([, body]) =>
    Effect.gen(function*() {
      const { json, status } = yield* ask("POST", tasks, { body })
      assert.strictEqual(status, 200)
      const { envFromSecrets: _, ...spec } = (yield* codeRun(json.data.name)).spec
      assert.deepStrictEqual(spec, { ...codeSpec, model: "claude-code-default" })
    }).pipe(Effect.provide(TestApi)))

  it.effect.each([
    ["an unknown field", { ...small, colour: "red" }, "colour"],
    ["a field in two spellings", { ...small, taskId: 8 }, "taskId"],
    ["a text for a number", { ...small, task_id: "7" }, "task_id"],
    ["a negative task", { ...small, task_id: -1 }, "task_id"],
    ["an empty service", { ...small, service: "" }, "service"],
    ["a service that leaves its folder", { ...small, service: "../etc" }, "service"],
    ["a URL in camelCase, wrong", { ...small, repository_url: null, repositoryUrl: "-x" }, "repositoryUrl"],
    ["a secret in a URL", { ...small, repository_url: "https://u:p@github.com/a/b" }, "repository_url"],
    ["a missing user", { ...small, github_user: null }, "github_user"],
    ["a variable that is ours", { ...small, env: { PATH: "/tmp" } }, "env.PATH"],
    [
      "a secret without a key",
      { ...small, env_from_secrets: [{ name: "A", secret_name: "b" }] },
      "env_from_secrets[0].secret_key"
    ],
    ["an unknown field of a secret", {
      ...small,
      env_from_secrets: [{ name: "A", secret_name: "b", secret_key: "c", x: 1 }]
    }, "env_from_secrets[0].x"],
    ["a version of 0", { ...small, context_version: 0 }, "context_version"],
    ["a prototype", { ...small, ["__proto__x"]: {} }, "__proto__x"],
    ["a list", [small], ""],
    ["a text", "hello", ""],
    ["null", null, ""]
  ])("refuses %s, and names it", ([, body, path]) =>
    Effect.gen(function*() {
      const { json, status } = yield* ask("POST", tasks, { body })
      assert.strictEqual(status, 422)
      assert.strictEqual(json.type, "urn:orchestrator:problem:invalid-body")
      assert.include(json.errors.map((error) => error.path), path)
      const client = yield* KubernetesClient
      assert.deepStrictEqual((yield* client.list(CodeRunKind)).items, [])
    }).pipe(Effect.provide(TestApi)))

  it.effect("is safe to repeat with a key", () =>
    Effect.gen(function*() {
      const headers = { "idempotency-key": "again" }
      const first = yield* ask("POST", tasks, { body: small, headers })
      const second = yield* ask("POST", tasks, { body: small, headers })
      assert.deepStrictEqual(second.json.data, first.json.data)
      for (const change of [{ task_id: 8 }, { tool_config: "minimal" }]) {
        const other = yield* ask("POST", tasks, { body: { ...small, ...change }, headers })
        assert.strictEqual(other.status, 409)
      }
    }).pipe(Effect.provide(TestApi)))
})

describe("POST /api/v1/pm/docs/generate", () => {
  it.effect("stores an old client's body", () =>
    Effect.gen(function*() {
      const { json, status } = yield* ask("POST", generate, { body: docs })
      assert.strictEqual(status, 200)
      assert.deepStrictEqual((yield* docsRun(json.data.name)).spec, {
        repositoryUrl: docs.repository_url,
        workingDirectory: docs.working_directory,
        sourceBranch: "main",
        model: "claude-docs-default",
        githubUser: "octocat",
        cancel: false
      })
      assert.match(json.data.name, /^docs-docs-/)
    }).pipe(Effect.provide(TestApi)))

  it.effect("takes the model that it names, from the typed client", () =>
    Effect.gen(function*() {
      const { submissions } = yield* OrchestratorClient
      const { data } = yield* submissions.generateDocs({ headers: {}, payload: { ...docs, model: "claude-opus-4" } })
      assert.strictEqual((yield* docsRun(data.name)).spec["model"], "claude-opus-4")
    }).pipe(Effect.provide(TestApi)))

  it.effect("names the fields at fault, to the typed client too", () =>
    Effect.gen(function*() {
      const { json } = yield* ask("POST", generate, { body: { repository_url: "x", working_directory: "/abs" } })
      assert.deepStrictEqual(json.errors.map(({ path }) => path).toSorted(), [
        "github_user",
        "repository_url",
        "source_branch",
        "working_directory"
      ])
    }).pipe(Effect.provide(TestApi)))
})
