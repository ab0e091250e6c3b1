/** Who serves a run's model, and which entries of `model.providers` are refused. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { apisOf, providersFor } from "../src/ModelProviders.ts"
import { decodeConfig } from "../src/OrchestratorConfig.ts"

const gateway = { baseUrl: "https://gateway.example.com/v1", apis: ["chat"] } as const
const bedrock = { type: "bedrock", region: "eu-central-1", roleArn: "arn:aws:iam::1:role/models" } as const

describe("a run's provider", () => {
  const configured = {
    gateway: { ...gateway, models: ["qwen", "claude-sonnet"] },
    cloud: { ...bedrock, fallback: ["anthropic", "cloud"] }
  }
  const names = (model: string, provider?: string) =>
    providersFor(configured, { model, ...(provider === undefined ? {} : { provider }) }).map(({ name }) => name)

  it.each<readonly [string, string | undefined, ReadonlyArray<string>]>([
    ["claude-opus-4", undefined, ["anthropic"]],
    ["gpt-5.5", undefined, ["openai"]],
    ["claude-sonnet-4-5", undefined, ["gateway"]],
    ["claude-sonnet-4-5", "cloud", ["cloud", "anthropic"]],
    ["gpt-5.5", "anthropic", ["anthropic"]],
    ["qwen", "constructor", []],
    ["unheard-of", undefined, ["anthropic"]]
  ])("of %s, named %s, is %j", (model, provider, want) => assert.deepStrictEqual(names(model, provider), want))
})

it.each<readonly [object, ReadonlyArray<string>]>([
  [{ name: "anthropic" }, ["messages"]],
  [{ name: "openai" }, ["responses", "chat"]],
  [{ name: "google" }, ["generateContent"]],
  [{ name: "openai", apis: ["chat"] }, ["chat"]],
  [{ name: "x", type: "bedrock" }, ["messages"]],
  [{ name: "openai", type: "vertex" }, ["messages", "generateContent"]],
  [{ name: "x", type: "azure" }, ["messages", "responses", "chat"]],
  [{ name: "x" }, []],
  [{ name: "constructor" }, []]
])("%j speaks %j", (provider, want) => assert.deepStrictEqual(apisOf({ name: "", ...provider }), want))

describe("an entry of model.providers", () => {
  const problems = (provider: object, name = "mine", more: object = {}) =>
    Result.match(decodeConfig({ model: { providers: { [name]: provider } }, ...more }), {
      onFailure: (found) => found,
      onSuccess: () => []
    })
  const vertex = { type: "vertex", project: "acme", audience: "//iam.googleapis.com/p" }
  const azure = { type: "azure", baseUrl: "https://x.example.com", tenantId: "t", clientId: "c" }

  it.each<readonly [object, string]>([
    [gateway, "mine"],
    [{ ...gateway, header: "api-key", secretName: "s", secretKey: "k" }, "mine"],
    [{ secretName: "s" }, "anthropic"],
    [bedrock, "mine"],
    [{ type: "bedrock", region: "x", podIdentity: true, tokenUrl: "http://127.0.0.1/v1/credentials" }, "mine"],
    [{ type: "bedrock", region: "x", podIdentity: false, secretName: "s" }, "mine"],
    [{ ...vertex, serviceAccount: "m@acme.test", region: "x" }, "mine"],
    [{ type: "vertex", project: "acme", secretName: "s", secretKey: "k" }, "mine"],
    [azure, "mine"],
    [{ type: "azure", baseUrl: "https://x.example.com", secretName: "s" }, "openai"]
  ])("may be %j of the name %s", (provider, name) => assert.deepStrictEqual(problems(provider, name), []))

  it.each<readonly [string, object, string]>([
    ["region", { ...gateway, region: "eu-central-1" }, "bedrock or vertex"],
    ["roleArn", { ...gateway, roleArn: "arn:aws:iam::1:role/m" }, "bedrock"],
    ["project", { ...bedrock, project: "acme" }, "vertex"],
    ["header", { ...bedrock, header: "api-key" }, "api"],
    ["apis", { ...vertex, apis: ["messages"] }, "api"],
    ["secretKey", { ...bedrock, secretKey: "k" }, "api or vertex or azure"],
    ["podIdentity", { ...vertex, podIdentity: true }, "bedrock"],
    ["tenantId", { ...vertex, tenantId: "t" }, "azure"],
    ["tokenUrl", { ...gateway, tokenUrl: "https://x.test" }, "bedrock or vertex or azure"],
    ["serviceAccount", { ...azure, serviceAccount: "x@y" }, "vertex"],
    ["serviceAccount", { type: "vertex", project: "p", secretName: "s", serviceAccount: "x@y" }, "without audience"],
    ["tokenUrl", { type: "bedrock", region: "x", secretName: "s", tokenUrl: "https://x.test" }, "without roleArn"],
    ["tenantId", { type: "azure", baseUrl: "https://x.test", secretName: "s", tenantId: "t" }, "without clientId"],
    ["secretKey", { ...azure, secretKey: "k" }, "without secretName"],
    ["tenantId", { type: "azure", baseUrl: "https://x.test", clientId: "c" }, "the tenant"],
    ["region", { type: "bedrock", roleArn: "arn:aws:iam::1:role/m" }, "bedrock cannot be asked"],
    ["apis", { baseUrl: "https://x.test" }, "no maker"],
    ["apis", { ...gateway, apis: [] }, "at least one"],
    ["baseUrl", { apis: ["chat"] }, "no maker"],
    ["fallback[0]", { ...gateway, fallback: ["mine"] }, "another of"]
  ])("is refused by its %s: %j", (field, provider, expected) => {
    const found = problems(provider)
    assert.deepStrictEqual(found.map(({ path }) => path), [`model.providers.mine.${field}`])
    assert.include(found[0]?.expected, expected)
  })

  it.each<readonly [object, string]>([
    [{ ...bedrock, podIdentity: true }, "roleArn and podIdentity"],
    [{ ...bedrock, secretName: "s" }, "roleArn and secretName"],
    [{ ...azure, secretName: "s" }, "clientId and secretName"],
    [{ type: "vertex", project: "acme" }, "nothing"]
  ])(
    "has one proof of who asks: %j",
    (provider, found) =>
      assert.deepStrictEqual(problems(provider).map((each) => [each.path, each.found]), [[
        "model.providers.mine",
        found
      ]])
  )

  it("that a profile names is there", () => {
    const profiles = { profiles: { quick: { provider: "mine" }, other: { provider: "yours" } } }
    assert.deepStrictEqual(problems(gateway, "mine", profiles).map(({ path }) => path), ["profiles.other.provider"])
    assert.lengthOf(problems(gateway, "mine", { ...profiles, agent: { credentials: "env" } }), 2)
  })
})
