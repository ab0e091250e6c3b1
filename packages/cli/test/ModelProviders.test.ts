/** The whole product on its own cluster: a profile names who serves its runs, somebody else does while that has no room, and both are told. */
import { afterEach, assert, it } from "@effect/vitest"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { makeClaude, modelApi } from "./fixtures/AskingClaude.ts"
import { LocalProduct, stopAll, temporaryFolder } from "./LocalProduct.ts"

afterEach(stopAll)

const model = "claude-sonnet-4-20250514"

const spec = {
  taskId: 1,
  service: "hello-api",
  repositoryUrl: "file:///demo/hello-api.git",
  docsRepositoryUrl: "file:///demo/docs.git",
  workingDirectory: ".",
  githubUser: "demo-agent",
  profile: "careful",
  model
}

interface Status {
  readonly phase?: string
  readonly message?: string
  readonly usage?: { readonly costUsd?: number; readonly inputTokens?: number }
  readonly conditions?: ReadonlyArray<{ readonly type: string; readonly reason: string; readonly message: string }>
}

it("a run of such a profile says who was asked instead, and pays the prices of whoever answered", async () => {
  const { folder, remove } = temporaryFolder()
  const [overloaded, instead] = [await modelApi(529), await modelApi()]
  const bin = join(folder, "bin")
  const config = join(folder, "config.yaml")
  makeClaude(bin, join(folder, "state/git"))
  const served = (baseUrl: string, price: number) => ({
    apis: ["messages"],
    baseUrl,
    prices: { [model]: { input: price, output: price } }
  })
  writeFileSync(
    config,
    JSON.stringify({
      model: {
        providers: {
          first: { ...served(overloaded.url, 1), fallback: ["second"] },
          second: served(instead.url, 1_000)
        }
      },
      profiles: { careful: { provider: "first" } }
    })
  )
  try {
    const product = new LocalProduct(
      ["--state", join(folder, "state"), "--agent", "claude", "--no-demo", "--config", config],
      { PATH: `${bin}:${process.env["PATH"] ?? ""}`, ANTHROPIC_API_KEY: "sk-ant-not-a-real-key-0123456789" }
    )
    await product.printed(/Ready in/)
    const made = await product.ask("/api/v1/code-runs", { name: "served", spec })
    assert.strictEqual(made.status, 201, await made.text())
    await product.printed(/coderun\/served +Succeeded/)
    const run = JSON.parse(await (await product.ask("/api/v1/code-runs/served")).text())
    const { conditions = [], usage }: Status = run.status
    const told = conditions.find(({ type }) => type === "ModelFailedOver")
    assert.strictEqual(told?.reason, "ProviderOverloaded")
    assert.include(told?.message, "first answers 529: second was asked instead, for 1 request.")
    assert.deepStrictEqual([overloaded.asked.length, instead.asked.length], [1, 1])
    assert.strictEqual(usage?.costUsd, 10 * 1_000 / 1e6, JSON.stringify(run.status))
    await product.stop()
  } finally {
    overloaded.close()
    instead.close()
    remove()
  }
}, 180_000)
