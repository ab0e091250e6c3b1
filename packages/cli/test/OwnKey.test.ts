import { afterEach, assert, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { makeClaude, modelApi } from "./fixtures/AskingClaude.ts"
import { LocalProduct, stopAll, temporaryFolder } from "./LocalProduct.ts"

afterEach(stopAll)

const key = "sk-ant-not-a-real-key-0123456789"

/** The file of that name below a folder. */
const readBelow = (folder: string, name: string): string => {
  const found = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((path) => path.endsWith(`/${name}`))
  return found === undefined ? "" : readFileSync(join(folder, found), "utf8")
}

it("with a key of one's own the broker asks the model, and the agent never has the key", async () => {
  const { folder, remove } = temporaryFolder()
  const state = join(folder, "state")
  const api = await modelApi()
  const bin = join(folder, "bin")
  makeClaude(bin, join(folder, "state/git"))
  try {
    const product = new LocalProduct(["--state", state, "--agent", "claude"], {
      PATH: `${bin}:${process.env["PATH"] ?? ""}`,
      ANTHROPIC_API_KEY: key,
      ANTHROPIC_BASE_URL: api.url
    })
    await product.printed(/coderun\/demo +Succeeded/)
    const given = JSON.parse(readBelow(join(state, "node/volumes"), "given.json"))
    assert.strictEqual(given.status, 200)
    assert.notInclude(JSON.stringify(given), key)
    assert.deepStrictEqual(api.asked.map((headers) => headers["x-api-key"]), [key])
    assert.notInclude(JSON.stringify(api.asked), given.environment["ANTHROPIC_API_KEY"])
    assert.notInclude(product.output, key)
    // In the sandbox paths are the container's.
    assert.strictEqual(given.seesRemotes, given.environment["HOME"] !== "/workspace/.home")
    await product.stop()
  } finally {
    api.close()
    remove()
  }
}, 180_000)

it("without any key it says what is missing", async () => {
  const { folder, remove } = temporaryFolder()
  const bin = join(folder, "bin")
  makeClaude(bin, join(folder, "state/git"))
  try {
    const product = new LocalProduct(["--state", join(folder, "state"), "--agent", "claude"], {
      PATH: `${bin}:${process.env["PATH"] ?? ""}`
    })
    assert.strictEqual(await product.exit, 1)
    assert.match(product.output, /ANTHROPIC_API_KEY/)
  } finally {
    remove()
  }
}, 60_000)
