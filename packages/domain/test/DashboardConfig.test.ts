import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { providerOrigins } from "../src/DashboardConfig.ts"
import { decodeConfig } from "../src/OrchestratorConfig.ts"

const oidc = { issuer: "https://login.example.com/realms/acme", clientId: "orchestrator" }

const paths = (dashboard: object, auth: object = {}) =>
  Result.match(decodeConfig({ dashboard, auth }), {
    onSuccess: () => [],
    onFailure: (all) => all.map(({ path }) => path)
  })

describe("dashboard.oidc", () => {
  it("needs an issuer and a client, and asks for the id_token of a person", () => {
    assert.deepStrictEqual(Result.getOrThrow(decodeConfig({ dashboard: { oidc } })).dashboard.oidc, {
      ...oidc,
      scopes: ["openid", "profile", "email"],
      token: "id_token",
      origins: []
    })
    assert.deepStrictEqual(paths({ oidc: {} }).toSorted(), ["dashboard.oidc.clientId", "dashboard.oidc.issuer"])
  })

  it.each([
    "http://login.example.com",
    "https://user:password@login.example.com",
    "https://login.example.com?realm=a",
    "https://login.example.com#a",
    "https://login.example.com/a b",
    "https://login.example.com; script-src *",
    "javascript:alert(1)",
    "login.example.com",
    ""
  ])(
    "%j is no issuer",
    (issuer) => assert.deepStrictEqual(paths({ oidc: { ...oidc, issuer } }), ["dashboard.oidc.issuer"])
  )

  it.each(["http://127.0.0.1:5556/dex", "http://localhost:8080", "http://[::1]:1"])(
    "%s is one, since it does not leave this machine",
    (issuer) => assert.deepStrictEqual(paths({ oidc: { ...oidc, issuer } }), [])
  )

  it.each([
    [{ scopes: ["profile"] }, "dashboard.oidc.scopes"],
    [{ scopes: ["openid", "a b"] }, "dashboard.oidc.scopes[1]"],
    [{ token: "refresh_token" }, "dashboard.oidc.token"],
    [{ origins: ["https://a.example/path"] }, "dashboard.oidc.origins[0]"],
    [{ origins: ["*"] }, "dashboard.oidc.origins[0]"],
    [{ clientId: "" }, "dashboard.oidc.clientId"],
    [{ clientSecret: "obviously-fake" }, "dashboard.oidc.clientSecret"]
  ])("%j is refused", (part, path) => assert.deepStrictEqual(paths({ oidc: { ...oidc, ...part } }), [path]))

  it("is refused where its tokens could not be accepted", () => {
    assert.deepStrictEqual(paths({ oidc }, { mode: "none" }), ["dashboard.oidc"])
    assert.deepStrictEqual(paths({ oidc }, { audiences: ["other"] }), ["auth.audiences"])
    assert.deepStrictEqual(paths({ oidc }, { audiences: ["other", "orchestrator"] }), [])
    assert.deepStrictEqual(paths({ oidc: { ...oidc, token: "access_token" } }, { audiences: ["other"] }), [])
  })

  it("names the origins that the page reaches, each once", () => {
    const origins = ["https://tokens.example.com/", "https://login.example.com", "https://xn--bcher-kva.example"]
    const { dashboard } = Result.getOrThrow(decodeConfig({ dashboard: { oidc: { ...oidc, origins } } }))
    assert.deepStrictEqual(providerOrigins(dashboard), [
      "https://login.example.com",
      "https://tokens.example.com",
      "https://xn--bcher-kva.example"
    ])
    assert.deepStrictEqual(providerOrigins({}), [])
  })
})
