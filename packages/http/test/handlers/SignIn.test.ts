import { assert, describe, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { Effect, Redacted } from "effect"
import { Readiness } from "../../src/services/Readiness.ts"
import { makeSignInLinks } from "../../src/services/SignInLinks.ts"
import { TestAccess } from "../fixtures/TestAccess.ts"
import { ask, layerOver, TestApi } from "../fixtures/TestApi.ts"

const links = makeSignInLinks(Redacted.make("an-obviously-fake-token"))

const oidc = {
  issuer: "https://login.example.com/realms/acme",
  clientId: "orchestrator",
  scopes: ["openid", "groups"],
  token: "id_token",
  origins: ["https://tokens.example.com"]
} as const

const withBoth = layerOver(layerMemory, Readiness.layer, {
  access: { audiences: [], tokenHint: "The state folder has it" },
  dashboard: {
    enabled: true,
    oidc
  },
  links
})

const withAudience = layerOver(layerMemory, Readiness.layer, { access: { audiences: ["orchestrator"] } })

const redeem = (code: string, headers: Readonly<Record<string, string>> = {}) =>
  ask("POST", "/api/v1/sign-in/link", { body: { code }, headers })

describe("how to sign in", () => {
  it.effect("is told to whoever asks, and holds no more than a browser needs", () =>
    Effect.gen(function*() {
      const { headers, json, status } = yield* ask("GET", "/api/v1/sign-in")
      assert.strictEqual(status, 200)
      assert.strictEqual(headers["cache-control"], "no-store")
      assert.deepStrictEqual<unknown>(json, {
        required: true,
        tokenHint: "The state folder has it",
        links: true,
        provider: { issuer: oidc.issuer, clientId: "orchestrator", scopes: oidc.scopes, token: "id_token" }
      })
    }).pipe(Effect.provide(withBoth)))

  it.effect("names the command that makes a token for the configured audience", () =>
    Effect.gen(function*() {
      const { json } = yield* ask("GET", "/api/v1/sign-in")
      assert.deepStrictEqual<unknown>(json, {
        required: true,
        tokenHint: "Have one made: kubectl create token SERVICEACCOUNT -n orchestrator --audience orchestrator",
        links: false
      })
    }).pipe(Effect.provide(withAudience)))

  it.effect("says that nobody is asked, where that is so", () =>
    Effect.gen(function*() {
      const { json } = yield* ask("GET", "/api/v1/sign-in")
      assert.deepStrictEqual<unknown>(json, { required: false, tokenHint: "Nobody is asked for one", links: false })
    }).pipe(Effect.provide(TestApi)))
})

describe("a one-time link", () => {
  it.effect("becomes the token, once", () =>
    Effect.gen(function*() {
      const code = yield* links.make
      const first = yield* redeem(code)
      assert.deepStrictEqual<unknown>([first.status, first.json], [200, { token: "an-obviously-fake-token" }])
      assert.strictEqual(first.headers["cache-control"], "no-store")
      const second = yield* redeem(code)
      assert.strictEqual(second.status, 401)
      assert.strictEqual(second.json.type, "urn:orchestrator:problem:unauthenticated")
      assert.notInclude(second.text, code)
    }).pipe(Effect.provide(withBoth)))

  it.effect("is refused alike whether it was used, forged, or there are none at all", () =>
    Effect.gen(function*() {
      const { json } = yield* redeem("A".repeat(43))
      assert.match(json.detail, /^Expected a sign-in link/)
      assert.match(json.hint, /press o in the terminal/)
    }).pipe(Effect.provide(withAudience)))

  it.effect.each([{ code: null }, { code: 7 }, { code: {} }, { code: "A".repeat(201) }, {}])(
    "%j is no link",
    (body) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* ask("POST", "/api/v1/sign-in/link", { body })).status, 422)
      }).pipe(Effect.provide(withBoth))
  )

  it.effect("is neither taken from the address nor by GET", () =>
    Effect.gen(function*() {
      const code = yield* links.make
      assert.strictEqual((yield* ask("GET", `/api/v1/sign-in/link?code=${code}`)).status, 405)
      assert.notStrictEqual((yield* ask("POST", `/api/v1/sign-in/link?code=${code}`)).status, 200)
      assert.strictEqual((yield* redeem(code)).status, 200)
    }).pipe(Effect.provide(withBoth)))

  it.effect("is not taken from another page, nor under another name of this machine", () =>
    Effect.gen(function*() {
      const code = yield* links.make
      assert.strictEqual((yield* redeem(code, { origin: "https://evil.example" })).status, 403)
      assert.strictEqual((yield* redeem(code, { origin: "null" })).status, 403)
      assert.strictEqual((yield* redeem(code, { host: "rebound.example" })).status, 421)
      assert.strictEqual((yield* redeem(code, { origin: "http://localhost" })).status, 200)
    }).pipe(Effect.provide(withBoth)))
})

it.effect("whoever is refused elsewhere may still ask how to sign in", () =>
  Effect.gen(function*() {
    assert.strictEqual((yield* ask("GET", "/api/v1/code-runs")).status, 401)
    assert.strictEqual((yield* ask("GET", "/api/v1/sign-in")).status, 200)
  }).pipe(Effect.provide(TestAccess)))
