/** Who may make something happen by a webhook, and how often. */
import { assert, describe, layer } from "@effect/vitest"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, Layer, Redacted, Result } from "effect"
import { EventSecrets } from "../../src/events/EventSecrets.ts"
import { EventHandler } from "../../src/events/HandleEvent.ts"
import { signatureOf } from "../../src/events/Signature.ts"
import { DeliveredRuns } from "../../src/services/DeliveredRuns.ts"
import { ForgeApi } from "../../src/services/ForgeApi.ts"
import { namespace } from "../fixtures/Runs.ts"
import { ask, layerOver, settings } from "../fixtures/TestApi.ts"

const secret = "a-secret-of-the-test-only"

const config = Result.getOrThrow(decodeConfig({
  triggers: [
    {
      name: "alerts",
      webhook: true,
      key: "{{alert.id}}",
      run: {
        service: "{{alert.service}}",
        repositoryUrl: "https://github.com/acme/api",
        githubUser: "ada",
        prompt: "Look into this alert: {{alert.title}}"
      }
    },
    {
      name: "secretless",
      webhook: true,
      run: { service: "api", repositoryUrl: "https://github.com/acme/api", githubUser: "ada", prompt: "Do it" }
    }
  ]
}))

const Secrets = Layer.succeed(
  EventSecrets,
  EventSecrets.of({
    whole: () => Effect.undefined,
    signing: (name) =>
      Effect.succeed(["alerts", "github", "gitlab", "bitbucket-cloud"].includes(name) ? [Redacted.make(secret)] : []),
    text: () => Effect.succeed(undefined)
  })
)

const Events = EventHandler.layerWith(config).pipe(
  Layer.provide(Layer.succeed(ForgeApi, ForgeApi.of({ at: () => Effect.undefined, atHost: () => Effect.undefined }))),
  Layer.provide(
    Layer.succeed(DeliveredRuns, DeliveredRuns.of({ find: () => Effect.succeed([]), waiting: Effect.succeed([]) }))
  ),
  Layer.provide(settings),
  Layer.provideMerge(layerMemory),
  Layer.provideMerge(Secrets)
)

const signed = (body: unknown, key = secret) => {
  const text = JSON.stringify(body)
  return { text, headers: { "content-type": "application/json", "x-hub-signature-256": signatureOf(key, text) } }
}
const alert = (more: object = {}) => ({ alert: { id: 7, service: "payments", title: "Too slow", ...more } })

const runs = Effect.flatMap(
  KubernetesClient,
  (client) => Effect.map(client.list(CodeRunKind, { namespace }), ({ items }) => items)
)

layer(layerOver(Events))("a webhook", (it) => {
  describe("for a trigger", () => {
    it.effect("makes one run, however often it is delivered, of what the trigger says and nothing else", () =>
      Effect.gen(function*() {
        const body = { ...alert({ title: "Too slow\u202e" }), run: { githubUser: "eve" }, githubUser: "eve" }
        const first = yield* ask("POST", "/webhook/run/alerts", signed(body))
        const again = yield* ask("POST", "/webhook/run/alerts", signed(body))
        assert.deepStrictEqual([first.status, again.status, again.text], [202, 202, first.text])
        const [run, ...others] = yield* runs
        assert.lengthOf(others, 0)
        assert.deepInclude(run?.spec, {
          service: "payments",
          githubUser: "ada",
          prompt: "Look into this alert: Too slow",
          taskId: 0,
          docsRepositoryUrl: "https://github.com/acme/api"
        })
        assert.strictEqual(run?.metadata.annotations?.["orchestrator.platform/requested-by"], "trigger/alerts")
      }))

    it.effect.each<readonly [string, string, ReturnType<typeof signed> | object, number]>([
      ["unsigned", "alerts", { body: alert({ id: 8 }) }, 403],
      ["signed by somebody else", "alerts", signed(alert({ id: 8 }), "another-secret-of-the-test"), 403],
      [
        "whose signature is another body's",
        "alerts",
        { ...signed(alert()), text: JSON.stringify(alert({ id: 8 })) },
        403
      ],
      ["signed, for a trigger without a secret", "secretless", signed({}), 404],
      ["signed, for no trigger", "nothing", signed({}), 404],
      ["signed, for a name of the prototype", "constructor", signed({}), 404],
      ["without a value that the trigger names", "alerts", signed({ alert: { id: 8, service: "api" } }), 422],
      ["with an object in a text's place", "alerts", signed(alert({ id: 8, title: { a: 1 } })), 422],
      ["with a service that is none", "alerts", signed(alert({ id: 8, service: "../etc" })), 422],
      ["that is no JSON", "alerts", { text: "no", headers: signed("no").headers }, 403]
    ])("makes none of one %s", ([, name, request, want]) =>
      Effect.gen(function*() {
        const before = (yield* runs).length
        const { status } = yield* ask("POST", `/webhook/run/${name}`, request)
        assert.strictEqual(status, want)
        assert.strictEqual((yield* runs).length, before)
      }))
  })

  describe("of a forge", () => {
    it.effect("is answered where it is signed, and off where it has no secret", () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* ask("POST", "/webhook/github", signed({ zen: "Keep it simple" }))).status, 200)
        assert.strictEqual((yield* ask("POST", "/webhook/github", { body: { zen: "Keep it simple" } })).status, 403)
        assert.strictEqual((yield* ask("POST", "/webhook/gitea", signed({}))).status, 404)
        assert.strictEqual((yield* ask("GET", "/webhook/github")).status, 405)
        assert.strictEqual((yield* ask("GET", "/webhook/gitlab")).status, 405)
        const { installation } = yield* OrchestratorClient
        const { deliveries = [] } = yield* installation.get({})
        const noted = deliveries.map(({ status, webhook }) => `${webhook} ${status}`)
        for (const each of ["gitea 404", "github 200", "github 403"]) assert.include(noted, each)
      }))

    const text = JSON.stringify({ object_kind: "push" })
    const type = { "content-type": "application/json" }
    const ofBody = signatureOf(secret, text)

    it.effect.each<readonly [string, string, Readonly<Record<string, string>>, number]>([
      ["GitLab's with the secret", "gitlab", { "x-gitlab-token": secret }, 200],
      ["GitLab's with another secret", "gitlab", { "x-gitlab-token": `${secret}x` }, 403],
      ["GitLab's with a part of the secret", "gitlab", { "x-gitlab-token": secret.slice(0, -1) }, 403],
      ["GitLab's with nothing in its place", "gitlab", { "x-gitlab-token": "" }, 403],
      ["GitLab's that is signed as GitHub's are", "gitlab", { "x-hub-signature-256": ofBody }, 403],
      ["Bitbucket's that is signed", "bitbucket-cloud", { "x-hub-signature": ofBody }, 200],
      ["Bitbucket's that is another body's", "bitbucket-cloud", { "x-hub-signature": signatureOf(secret, "{}") }, 403],
      ["Bitbucket's with the secret itself", "bitbucket-cloud", { "x-hub-signature": secret }, 403],
      ["Bitbucket's by an older algorithm", "bitbucket-cloud", { "x-hub-signature": `sha1=${"0".repeat(40)}` }, 403],
      ["Bitbucket's with GitLab's proof", "bitbucket-cloud", { "x-gitlab-token": secret }, 403],
      ["GitHub's with GitLab's proof", "github", { "x-gitlab-token": secret }, 403],
      ["GitHub's with Bitbucket's header", "github", { "x-hub-signature": ofBody }, 403]
    ])("%s", ([, name, headers, want]) =>
      Effect.gen(function*() {
        const answer = yield* ask("POST", `/webhook/${name}`, { text, headers: { ...type, ...headers } })
        assert.strictEqual(answer.status, want)
        assert.notInclude(answer.text, secret)
      }))
  })
})
