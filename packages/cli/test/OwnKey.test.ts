import { afterEach, assert, it } from "@effect/vitest"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer, type IncomingHttpHeaders } from "node:http"
import { join } from "node:path"
import { LocalProduct, stopAll, temporaryFolder } from "./LocalProduct.ts"

afterEach(stopAll)

const key = "sk-ant-not-a-real-key-0123456789"

/** A model API that remembers who asked. */
const modelApi = async () => {
  const asked: Array<IncomingHttpHeaders> = []
  const server = createServer((request, response) => {
    asked.push(request.headers)
    request.resume().on("end", () => {
      response.setHeader("content-type", "application/json").end(JSON.stringify({
        type: "message",
        id: "msg_1",
        role: "assistant",
        model: "claude-sonnet-4-20250514",
        content: [],
        usage: { input_tokens: 7, output_tokens: 3 }
      }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return { asked, url: `http://127.0.0.1:${port}`, close: () => server.close() }
}

const demoAgent = join(import.meta.dirname, "../../agent/demo/claude")

/** A `claude` that asks its model once, keeps what it was given, and then does as the demo agent does. */
const makeClaude = (folder: string, remotes: string): void => {
  mkdirSync(folder)
  writeFileSync(
    join(folder, "claude"),
    `#!/usr/bin/env node
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
const { ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, HOME } = process.env
if (process.argv.includes("-p")) {
  const { status } = await fetch(\`\${ANTHROPIC_BASE_URL}/v1/messages\`, {
    method: "POST",
    headers: { "x-api-key": ANTHROPIC_API_KEY, "anthropic-version": "2023-06-01", "content-type": "application/json" },
    body: JSON.stringify({ model: "claude-sonnet-4-20250514", max_tokens: 8, messages: [{ role: "user", content: "Hello" }] })
  })
  mkdirSync(HOME, { recursive: true })
  writeFileSync(\`\${HOME}/given.json\`, JSON.stringify({
    status,
    environment: process.env,
    seesRemotes: existsSync(${JSON.stringify(remotes)})
  }))
}
const { status } = spawnSync(process.execPath, [${JSON.stringify(demoAgent)}, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, DEMO_AGENT_SECONDS: "0.2" }
})
process.exit(status ?? 1)
`,
    { mode: 0o755 }
  )
  writeFileSync(join(folder, "package.json"), "{\"type\":\"module\"}")
}

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
