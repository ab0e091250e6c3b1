/** What follows from GitHub's published examples of events, with what GitHub's API answers about the same pull request. */
import { assert, describe, it } from "@effect/vitest"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { EventSecrets } from "@orchestrator/http/events/EventSecrets"
import type { ForgeEvent } from "@orchestrator/http/events/ForgeEvent"
import { forgeEvent } from "@orchestrator/http/events/ForgePayload"
import { EventHandler } from "@orchestrator/http/events/HandleEvent"
import { DeliveredRuns } from "@orchestrator/http/services/DeliveredRuns"
import { HttpSettings } from "@orchestrator/http/services/HttpSettings"
import { apiVersionOf, CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Context, Effect, Layer, Redacted, Result } from "effect"
import { HttpClient } from "effect/http"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import {
  type App,
  appKeys,
  type AppOptions,
  gitHub,
  type GitHubOptions,
  makeApp,
  openPull,
  withLogs
} from "../../../../tools/agent/Doubles.ts"
import { forgeAccess, forgeClient } from "../../src/product/ForgeAccess.ts"

const examples: ReadonlyArray<{ readonly name: string; readonly examples: ReadonlyArray<object> }> = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve("@octokit/webhooks-examples"), "utf8")
)

/** The first example of an event with this action, with other values in one of its members. */
const published = (event: string, action: string, member: string, values: object): ForgeEvent => {
  const found = examples.find(({ name }) => name === event)?.examples
    .find((each) => Reflect.get(each, "action") === action)
  const payload = { ...found, [member]: { ...Object(found)[member], ...values } }
  const read = forgeEvent(event, payload)
  assert.isDefined(read)
  return read
}

const token = "fake-forge-token-of-a-test"
const repository = "Codertocat/Hello-World"
const page = `https://github.com/${repository}`
const url = `${page}/pull/2`
const commit = "ec26c3e57ca3a959ca5aad62de7213c562f8c821"
const ref = { namespace: "orchestrator", name: "hello" }
const config = Result.getOrThrow(decodeConfig({ events: { reviews: true, checkAttempts: 1 } }))

/** A run that has delivered the pull request of the examples, which is a draft. */
const delivered = Effect.gen(function*() {
  const client = yield* KubernetesClient
  yield* client.create(CodeRunKind, {
    apiVersion: apiVersionOf(CodeRunKind),
    kind: CodeRunKind.kind,
    metadata: ref,
    spec: {
      taskId: 7,
      service: "hello",
      repositoryUrl: `${page}.git`,
      docsRepositoryUrl: page,
      workingDirectory: ".",
      model: "claude-test-1",
      githubUser: "octocat"
    }
  })
  const { metadata } = yield* client.get(CodeRunKind, ref)
  yield* client.patchStatus(CodeRunKind, ref, {
    type: "merge",
    body: {
      status: {
        phase: "Succeeded",
        reason: "Delivered",
        contextVersion: 1,
        observedGeneration: metadata.generation,
        branch: "changes",
        headCommit: commit,
        pullRequestUrl: url
      }
    }
  })
})

interface InstalledApp {
  readonly id: string
  readonly key: string
}

const world = Effect.fnUntraced(function*(options: Partial<GitHubOptions>, app?: InstalledApp) {
  const forge = yield* gitHub({
    token,
    repositories: { [repository]: "nowhere" },
    roles: { Codertocat: "write" },
    ...options
  })
  forge.pulls.push(openPull({ repository, number: 2, draft: true, head: { ref: "changes", sha: commit } }))
  yield* delivered
  const secrets = EventSecrets.of({
    signing: () => Effect.succeed([]),
    whole: (name) => Effect.succeed(name === "app-key" && app !== undefined ? Redacted.make(app.key) : undefined),
    text: (name) => Effect.succeed(name === "token.github.com" && app === undefined ? Redacted.make(token) : undefined)
  })
  const runs = DeliveredRuns.of({ find: () => Effect.succeed([ref.name]), waiting: Effect.succeed([]) })
  const client = Layer.effect(HttpClient.HttpClient, Effect.map(HttpClient.HttpClient, withLogs)).pipe(
    Layer.provide(forgeClient(config))
  )
  const access = forgeAccess({
    forge: { ...config.forge, githubHosts: { "github.com": forge.url } },
    github: { app: { ...config.github.app, id: app?.id ?? "" } }
  }).pipe(
    Layer.provide([client, Layer.succeed(EventSecrets, secrets)])
  )
  const events = EventHandler.layerWith(config).pipe(
    Layer.provide([
      access,
      Layer.succeed(DeliveredRuns, runs),
      HttpSettings.layerWith({ namespace: ref.namespace, version: "1.2.3", models: config.models })
    ])
  )
  const handler = Context.get(yield* Layer.build(events), EventHandler)
  const handle = (event: ForgeEvent) => handler.handle("github", event)
  const spec = Effect.flatMap(KubernetesClient, (client) => client.get(CodeRunKind, ref)).pipe(
    Effect.map(({ spec }) => ({ version: spec["contextVersion"], hint: String(spec["promptModification"] ?? "") }))
  )
  return { forge, handle, spec }
})

const checks = published("check_suite", "completed", "check_suite", {})

describe("an event of GitHub", () => {
  it.effect("with a review that asks for changes starts the next attempt with its words, once, and is answered once", () =>
    Effect.gen(function*() {
      const { forge, handle, spec } = yield* world({
        reviews: [{
          pull: 2,
          author: "Codertocat",
          state: "CHANGES_REQUESTED",
          body: "Almost.",
          comments: [{ path: "README.md", body: "Say who it is for.", hunk: "@@ -0,0 +1,2 @@\n+# Hello\n+World" }]
        }]
      })
      const review = published("pull_request_review", "submitted", "review", { state: "changes_requested" })
      assert.strictEqual(yield* handle(review), "retry hello")
      assert.strictEqual(yield* handle(review), "nothing for hello: it was done before")
      const { hint, version } = yield* spec
      assert.strictEqual(version, 2)
      for (const words of ["Almost.", "README.md, line 2", "+World", "Say who it is for."]) assert.include(hint, words)
      assert.lengthOf(forge.comments, 1)
    }).pipe(Effect.provide(layerMemory)))

  it.effect("with a review by somebody who may not write starts nothing", () =>
    Effect.gen(function*() {
      const { forge, handle, spec } = yield* world({
        roles: {},
        reviews: [{ pull: 2, author: "Codertocat", state: "CHANGES_REQUESTED" }]
      })
      const review = published("pull_request_review", "submitted", "review", { state: "changes_requested" })
      assert.include(yield* handle(review), "may not write")
      assert.strictEqual((yield* spec).version, 1)
      assert.isEmpty(forge.comments)
    }).pipe(Effect.provide(layerMemory)))

  it.effect("with checks that have failed starts the next attempt with the end of their logs", () =>
    Effect.gen(function*() {
      const { forge, handle, spec } = yield* world({
        checkRuns: [{ name: "test", conclusion: "failure", log: "expected 1, found 2" }, { name: "lint" }]
      })
      assert.strictEqual(yield* handle(checks), "retry hello")
      const { hint, version } = yield* spec
      assert.strictEqual(version, 2)
      assert.include(hint, "expected 1, found 2")
      assert.notInclude(hint, "lint")
      assert.lengthOf(forge.comments, 1)
      assert.strictEqual(forge.pulls[0]?.draft, true)
    }).pipe(Effect.provide(layerMemory)))

  it.effect("with checks that have passed makes the draft ready for review", () =>
    Effect.gen(function*() {
      const { forge, handle, spec } = yield* world({ checkRuns: [{ name: "test" }] })
      assert.strictEqual(yield* handle(checks), "noted hello")
      assert.strictEqual(forge.pulls[0]?.draft, false)
      assert.strictEqual((yield* spec).version, 1)
      assert.lengthOf(forge.comments, 1)
    }).pipe(Effect.provide(layerMemory)))

  it.effect("with checks of which one was cancelled does nothing", () =>
    Effect.gen(function*() {
      const { forge, handle } = yield* world({
        checkRuns: [{ name: "test" }, { name: "lint", conclusion: "cancelled" }]
      })
      assert.include(yield* handle(checks), "not all checks have ended")
      assert.strictEqual(forge.pulls[0]?.draft, true)
      assert.isEmpty(forge.comments)
    }).pipe(Effect.provide(layerMemory)))

  describe("is handled with tokens of the App, each with what this one question needs:", () => {
    const keys = appKeys()
    const id = "12345"
    const installed = { id, key: keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString() }
    const permissions = {
      contents: "write",
      pull_requests: "write",
      checks: "read",
      statuses: "read",
      actions: "read"
    }
    const make = (options: Partial<AppOptions> = {}) =>
      makeApp(
        { id, repositories: [repository], permissions, ...options },
        keys.publicKey.export({ type: "spki", format: "pem" }).toString(),
        () => 0
      )
    const login = "agents[bot]"
    const asked = (app: App) => app.minted.map(({ permissions }) => permissions)

    it.effect("a review and its answer", () =>
      Effect.gen(function*() {
        const app = make()
        const { forge, handle } = yield* world({
          app,
          login,
          reviews: [{ pull: 2, author: "Codertocat", state: "CHANGES_REQUESTED", body: "Almost." }]
        }, installed)
        const review = published("pull_request_review", "submitted", "review", { state: "changes_requested" })
        assert.strictEqual(yield* handle(review), "retry hello")
        assert.deepStrictEqual(asked(app), [{ pull_requests: "read" }, { pull_requests: "write" }])
        assert.lengthOf(forge.comments, 1)
        assert.isTrue(app.minted.every((each) => each.repository === repository))
        assert.isFalse(forge.asked.some(({ headers }) => headers.authorization === `Bearer ${token}`))
      }).pipe(Effect.provide(layerMemory)))

    it.effect("checks that have failed, with the end of their logs", () =>
      Effect.gen(function*() {
        const app = make()
        const { handle, spec } = yield* world({
          app,
          login,
          checkRuns: [{ name: "test", conclusion: "failure", log: "expected 1, found 2" }]
        }, installed)
        assert.strictEqual(yield* handle(checks), "retry hello")
        assert.include((yield* spec).hint, "expected 1, found 2")
        assert.deepStrictEqual(asked(app), [
          { checks: "read", statuses: "read", actions: "read" },
          { pull_requests: "read" },
          { pull_requests: "write" }
        ])
      }).pipe(Effect.provide(layerMemory)))

    it.effect("checks that have passed, on a draft", () =>
      Effect.gen(function*() {
        const app = make()
        const { forge, handle } = yield* world({ app, login, checkRuns: [{ name: "test" }] }, installed)
        assert.strictEqual(yield* handle(checks), "noted hello")
        assert.isFalse(forge.pulls[0]?.draft)
        assert.deepInclude(asked(app), { contents: "write", pull_requests: "write" })
      }).pipe(Effect.provide(layerMemory)))

    it.effect("once for many events, and again when GitHub has taken one back", () =>
      Effect.gen(function*() {
        const app = make()
        const { handle } = yield* world({ app, login, roles: {} }, installed)
        const review = published("pull_request_review", "submitted", "review", { state: "changes_requested" })
        yield* handle(review)
        yield* handle(review)
        assert.lengthOf(app.minted, 1)
        const [first] = app.minted
        if (first !== undefined) first.revoked = true
        assert.include(yield* handle(review), "may not write")
        assert.lengthOf(app.minted, 2)
      }).pipe(Effect.provide(layerMemory)))

    it.effect("and where the App lacks a permission, it is said which", () =>
      Effect.gen(function*() {
        const app = make({ permissions: { contents: "write", pull_requests: "write" } })
        const { handle } = yield* world({ app, login, checkRuns: [{ name: "test" }] }, installed)
        assert.match(yield* handle(checks), /the app needs checks: read, statuses: read, actions: read/)
      }).pipe(Effect.provide(layerMemory)))
  })
})
