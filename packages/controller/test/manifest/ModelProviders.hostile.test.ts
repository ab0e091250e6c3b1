/** Whoever serves a run's model: its proofs are the broker's alone, and those of providers that do not serve it are nobody's. */
import { assert, describe, it } from "@effect/vitest"
import { given, makeConfig } from "../fixtures/Given.ts"
import { podOf, valueOf } from "../fixtures/Pods.ts"
import { makeCodeRun } from "../fixtures/Runs.ts"

const providers = {
  cloud: {
    type: "bedrock",
    region: "eu-central-1",
    roleArn: "arn:aws:iam::123456789012:role/models",
    models: ["claude-"],
    fallback: ["keys"]
  },
  keys: { type: "bedrock", region: "us-east-1", secretName: "aws-keys" },
  gateway: {
    baseUrl: "https://gateway.example.com/v1",
    apis: ["chat"],
    models: ["qwen"],
    secretName: "gateway",
    secretKey: "key"
  },
  federated: {
    type: "vertex",
    project: "acme",
    audience: "//iam.googleapis.com/projects/1/p",
    models: ["gemini-"]
  },
  entra: { type: "azure", baseUrl: "https://x.example.com", tenantId: "t", clientId: "c", models: ["gpt-"] }
}

const observed = (model: string) =>
  given({
    run: makeCodeRun({ spec: { model } }),
    config: makeConfig({ model: { providers, prices: { qwen: { input: 1, output: 1 } } } })
  })

const podFor = (model: string) => podOf(observed(model))

const sourcesOf = (pod: ReturnType<typeof podOf>) =>
  pod.volumes?.find(({ name }) => name === "credentials")?.projected?.sources ?? []

describe("proofs of who asks a provider", () => {
  it.each([
    ["claude-sonnet-4-20250514", "sts.amazonaws.com", "model-token-cloud"],
    ["gemini-2.5-pro", "https://iam.googleapis.com/projects/1/p", "model-token-federated"],
    ["gpt-5.4", "api://AzureADTokenExchange", "model-token-entra"]
  ])("of %s: a token for %s, in the broker's volume alone", (model, audience, path) => {
    const pod = podFor(model)
    const tokens = sourcesOf(pod).flatMap(({ serviceAccountToken }) => serviceAccountToken ?? [])
    assert.deepStrictEqual(tokens, [{ audience, expirationSeconds: 3600, path }])
    assert.strictEqual(pod.automountServiceAccountToken, false)
    const holders = [...pod.containers, ...pod.initContainers ?? []]
      .filter(({ volumeMounts = [] }) => volumeMounts.some(({ name }) => name === "credentials"))
    assert.deepStrictEqual(holders.map(({ name }) => name), ["broker"])
    assert.notInclude(JSON.stringify(pod.containers), path)
  })

  it("of one that is asked instead while the first is overloaded are there too", () => {
    const [secret] = sourcesOf(podFor("claude-sonnet-4-20250514")).filter((source) =>
      source.secret?.name === "aws-keys"
    )
    assert.deepStrictEqual(secret?.secret?.items?.map(({ key, path }) => [key, path]), [
      ["AWS_SECRET_ACCESS_KEY", "model-key-keys"],
      ["AWS_ACCESS_KEY_ID", "model-key-keys-id"],
      ["AWS_SESSION_TOKEN", "model-key-keys-session"]
    ])
  })

  it("of others are not", () => {
    const pod = JSON.stringify(podFor("qwen-coder"))
    assert.include(pod, "model-key-gateway")
    for (const other of ["anthropic-api-key", "aws-keys", "serviceAccountToken"]) assert.notInclude(pod, other)
  })

  it("are told to the broker by the names of their files, and no Secret's name", () => {
    const told = valueOf(observed("qwen-coder"), "broker", "MODEL_PROVIDERS")
    assert.deepStrictEqual(JSON.parse(told ?? ""), [{
      name: "gateway",
      baseUrl: "https://gateway.example.com/v1",
      apis: ["chat"],
      keyFile: "model-key-gateway"
    }])
  })
})
