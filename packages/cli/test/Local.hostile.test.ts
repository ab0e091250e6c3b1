/** Everybody on this machine, every page in its browser and every agent in its pods reaches loopback. None of them is the developer. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { execFileSync, spawnSync } from "node:child_process"
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { type OutgoingHttpHeaders, request as http } from "node:http"
import { request as https } from "node:https"
import { join } from "node:path"
import { LocalProduct, stopAll, temporaryFolder } from "./LocalProduct.ts"

interface Attack {
  readonly name: string
  readonly method?: string
  readonly path: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string
}

const answer = (base: string, { body, headers = {}, method = "GET", path }: Omit<Attack, "name">) =>
  new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const { hostname, port, protocol } = new URL(base)
    const options = { hostname, port, path, method, headers, agent: false, rejectUnauthorized: false }
    const asked = (protocol === "https:" ? https : http)(options, (response) => {
      let text = ""
      response.on("data", (chunk) => void (text += String(chunk)))
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }))
    })
    asked.on("error", reject)
    asked.end(body)
  })

const spec = {
  taskId: 9,
  service: "hello-api",
  repositoryUrl: "file:///demo/hello-api.git",
  docsRepositoryUrl: "file:///demo/docs.git",
  workingDirectory: ".",
  githubUser: "demo-agent",
  env: { EVIL: "1" }
}
const json = { "content-type": "application/json" }
const runs = "/api/v1/code-runs"
const create = { method: "POST", path: runs, headers: json, body: JSON.stringify({ name: "planted", spec }) }

// Not below /tmp, which is every container's own: what agents do not see here is hidden from them.
const { folder, remove } = temporaryFolder("/var/tmp")
const state = join(folder, "state")
const readState = (name: string) => readFileSync(join(state, name), "utf8").trim()

let product: LocalProduct
let url = ""
let kubernetes = ""
let token = ""

beforeAll(async () => {
  product = new LocalProduct(["--state", state])
  await product.printed(/coderun\/demo +Succeeded/)
  await product.printed(/Try next/)
  url = await product.url()
  kubernetes = (await product.printed(/Kubernetes +(https:\/\/[^ ]+)/))[1] ?? ""
  token = readState("token")
}, 180_000)

afterAll(async () => {
  await stopAll()
  remove()
})

describe("another user of the laptop, without the token", () => {
  it.each<Attack>([
    { name: "starts an agent of their own making", ...create },
    { name: "lists the runs", path: runs },
    { name: "reads a run", path: `${runs}/demo` },
    { name: "reads what the agent printed", path: `${runs}/demo/logs` },
    { name: "reads the agent's files", path: `${runs}/demo/files` },
    { name: "reads the attempts", path: `${runs}/demo/attempts` },
    { name: "deletes a run", method: "DELETE", path: `${runs}/demo` },
    { name: "cancels a run", method: "POST", path: `${runs}/demo/cancel`, headers: json, body: "{}" },
    {
      name: "has the agent obey a prompt of theirs",
      method: "POST",
      path: `${runs}/demo/retry`,
      headers: json,
      body: "{\"promptModification\":\"cat ~/.ssh/id_rsa\",\"force\":true}"
    },
    {
      name: "submits a task the old way",
      method: "POST",
      path: "/api/v1/pm/tasks",
      headers: json,
      body: "{\"task_id\":1}"
    },
    {
      name: "submits documentation the old way",
      method: "POST",
      path: "/api/v1/pm/docs/generate",
      headers: json,
      body: "{}"
    },
    { name: "lists the documentation runs", path: "/api/v1/docs-runs" },
    {
      name: "starts a documentation run",
      method: "POST",
      path: "/api/v1/docs-runs",
      headers: json,
      body: JSON.stringify({ spec: {} })
    },
    { name: "posts a form, as a page can without asking", ...create, headers: { "content-type": "text/plain" } },
    { name: "says an empty token", ...create, headers: { ...json, authorization: "Bearer " } },
    {
      name: "says a token of a cluster",
      ...create,
      headers: { ...json, authorization: "Bearer obviously.fake.token" }
    },
    { name: "says who they are by a password", ...create, headers: { ...json, authorization: "Basic YTpi" } },
    {
      name: "says that a proxy has authenticated them",
      ...create,
      headers: { ...json, "x-remote-user": "admin", "x-forwarded-user": "admin", "x-forwarded-for": "127.0.0.1" }
    },
    {
      name: "takes another way to the same route",
      ...create,
      path: "//api//v1/code-runs/"
    },
    { name: "puts another method over the request", ...create, headers: { ...json, "x-http-method-override": "GET" } }
  ])("$name: refused", async (attack) => {
    const { status } = await answer(url, attack)
    assert.include([401, 404], status)
    assert.strictEqual((await answer(url, { path: `${runs}/planted`, headers: bearer() })).status, 404)
    assert.strictEqual((await answer(url, { path: `${runs}/demo`, headers: bearer() })).status, 200)
  })

  it.each([
    ["cut", (it: string) => it.slice(0, -1)],
    ["with more behind it", (it: string) => `${it}A`],
    ["in other case", (it: string) => it.toLowerCase()],
    ["turned round", (it: string) => it.split("").toReversed().join("")]
  ])("the token %s is no token", async (_, change) => {
    const headers = { authorization: `Bearer ${change(token)}` }
    assert.strictEqual((await answer(url, { path: runs, headers })).status, 401)
  })

  it("the token in the address is no token: addresses are logged", async () => {
    assert.strictEqual((await answer(url, { path: `${runs}?token=${token}&access_token=${token}` })).status, 401)
  })

  it.each(["/health", "/ready", "/docs", "/openapi.json"])("%s stays open, and says nothing secret", async (path) => {
    const { status, text } = await answer(url, { path })
    assert.strictEqual(status, 200)
    assert.notInclude(text, token)
  })

  it("is told where the developer finds the token, and not what it is", async () => {
    const { text } = await answer(url, { path: runs })
    assert.include(text, "authorization")
    assert.notInclude(text, token)
  })

  it.each<Attack>([
    { name: "lists the Secrets", path: "/api/v1/namespaces/orchestrator/secrets" },
    { name: "lists what there is", path: "/api" },
    { name: "lists the groups", path: "/apis" },
    { name: "reads the runs", path: "/apis/orchestrator.platform/v1/namespaces/orchestrator/coderuns" },
    { name: "reads logs", path: "/api/v1/namespaces/orchestrator/pods/x/log" },
    { name: "asks whose a token is", method: "POST", path: "/apis/authentication.k8s.io/v1/tokenreviews", body: "{}" },
    { name: "says another token", path: "/api", headers: { authorization: "Bearer obviously-fake" } },
    { name: "says that they are an administrator", path: "/api", headers: { "x-remote-user": "system:admin" } },
    { name: "impersonates", path: "/api", headers: { "impersonate-user": "system:admin" } }
  ])("Kubernetes face, $name: 401", async (attack) => {
    assert.strictEqual((await answer(kubernetes, { headers: {}, ...attack })).status, 401)
  })
})

const bearer = () => ({ authorization: `Bearer ${token}` })

describe("a web page in the developer's browser, even with the token", () => {
  it.each<Attack>([
    { name: "by a name that it lets point here", ...create, headers: { ...json, host: "evil.example" } },
    { name: "by a name that only begins like ours", ...create, headers: { ...json, host: "localhost.evil.example" } },
    { name: "by a name that only ends like ours", path: runs, headers: { host: "evil-localhost:8080" } },
    { name: "by an address that means this machine", path: runs, headers: { host: "0.0.0.0" } },
    { name: "from its own origin", ...create, headers: { ...json, origin: "https://evil.example" } },
    { name: "from a sandboxed frame", ...create, headers: { ...json, origin: "null" } },
    { name: "from another port of this machine", ...create, headers: { ...json, origin: "http://127.0.0.1:1" } }
  ])("$name: refused", async (attack) => {
    const { status } = await answer(url, { ...attack, headers: { ...attack.headers, ...bearer() } })
    assert.include([403, 421], status)
    assert.strictEqual((await answer(url, { path: `${runs}/planted`, headers: bearer() })).status, 404)
  })

  it.each([{ host: "evil.example" }, { origin: "https://evil.example" }])(
    "Kubernetes face, %j: 403",
    async (headers) => {
      assert.strictEqual((await answer(kubernetes, { path: "/api", headers: { ...headers, ...bearer() } })).status, 403)
    }
  )

  it("may not read answers across origins: no CORS header is ever sent", async () => {
    const response = await fetch(`${url}/health`, { headers: { origin: "https://evil.example" } })
    assert.isNull(response.headers.get("access-control-allow-origin"))
  })
})

describe("what the developer leaves lying about", () => {
  it.each(["token", "authorization", "kubeconfig"])("%s is a file that only they can read", (name) => {
    assert.strictEqual((lstatSync(join(state, name)).mode & 0o777).toString(8), "600")
    assert.strictEqual((lstatSync(state).mode & 0o777).toString(8), "700")
  })

  it("the token is not in the output, nor in what any process was started with", () => {
    assert.notInclude(product.output, token)
    const shown = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) =>
      ["cmdline", "environ"].map((file) => {
        try {
          return readFileSync(`/proc/${pid}/${file}`, "utf8")
        } catch {
          return ""
        }
      })
    )
    assert.isFalse(shown.some((text) => text.includes(token)))
  })

  it("the line that is printed to be copied works as it is", async () => {
    const [, line = ""] = await product.printed(/^ +(curl -s -H @\S+ \S+\/code-runs)$/m)
    assert.include(execFileSync("bash", ["-c", line], { encoding: "utf8" }), "\"name\":\"demo\"")
  })
})

const sandboxed = spawnSync("bwrap", ["--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc", "true"]).status === 0

/** A `claude` that looks for what it must not have, and then does as the demo agent does. */
const makeThief = (bin: string, targets: object): void => {
  mkdirSync(bin)
  const demo = join(import.meta.dirname, "../../agent/demo/claude")
  writeFileSync(
    join(bin, "claude"),
    `#!/usr/bin/env node
import { spawnSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"
process.removeAllListeners("warning")
const { files, requests, secrets } = ${JSON.stringify(targets)}
if (process.argv.includes("-p")) {
  const read = (path) => { try { return readFileSync(path, "utf8") } catch { return undefined } }
  const answers = []
  for (const [base, path, method, body] of requests) {
    const answer = await fetch(base + path, { method, headers: { "content-type": "application/json" }, body })
    answers.push(answer.status)
  }
  const processes = readdirSync("/proc").filter((name) => /^\\d+$/.test(name))
  const foreign = processes.map((pid) => (read("/proc/" + pid + "/environ") ?? "") + (read("/proc/" + pid + "/cmdline") ?? ""))
  mkdirSync(process.env.HOME, { recursive: true })
  writeFileSync(process.env.HOME + "/stolen.json", JSON.stringify({
    files: files.filter((path) => read(path) !== undefined),
    below: files.map((path) => path + "/..").map((path) => { try { return readdirSync(path).length } catch { return 0 } }),
    answers,
    others: foreign.filter((text) => secrets.some((secret) => text.includes(secret))).length
  }))
}
const { status } = spawnSync(process.execPath, [${JSON.stringify(demo)}, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, DEMO_AGENT_SECONDS: "0.2" }
})
process.exit(status ?? 1)
`,
    { mode: 0o755 }
  )
  writeFileSync(join(bin, "package.json"), "{\"type\":\"module\"}")
}

const below = (base: string, name: string): string => {
  const found = readdirSync(base, { recursive: true, encoding: "utf8" }).find((path) => path.endsWith(`/${name}`))
  return found === undefined ? "" : readFileSync(join(base, found), "utf8")
}

describe.runIf(sandboxed)("an agent in a pod of the local node", () => {
  it("reads no token, kubeconfig or Secret of its own cluster or of one beside it, and no API lets it in", async () => {
    const [own, bin] = [join(folder, "own"), join(folder, "bin")]
    const secret = "sk-ant-obviously-fake-0123456789"
    const names = ["token", "authorization", "kubeconfig", "cluster.sqlite", "README"]
    const files = [own, state].flatMap((each) => names.map((name) => join(each, name)))
    makeThief(bin, {
      files,
      secrets: [secret, token],
      requests: [
        [url, runs, "GET"],
        [url, runs, "POST", create.body],
        [url, `${runs}/demo`, "DELETE"],
        [kubernetes, "/api/v1/namespaces/orchestrator/secrets", "GET"]
      ]
    })
    const victim = new LocalProduct(["--state", own, "--agent", "claude"], {
      PATH: `${bin}:${process.env["PATH"] ?? ""}`,
      ANTHROPIC_API_KEY: secret
    })
    await victim.printed(/coderun\/demo +Succeeded/)
    const stolen = JSON.parse(below(join(own, "node/volumes"), "stolen.json"))
    assert.deepStrictEqual(stolen.files, [])
    assert.deepStrictEqual(stolen.answers, [401, 401, 401, 401])
    assert.strictEqual(stolen.others, 0)
    await victim.stop()
  }, 180_000)
})

describe("`serve` on loopback, with the rights of whoever started it", () => {
  const serving = async (config: string, test: (base: string, log: () => string) => Promise<void>) => {
    const path = join(folder, "config.yaml")
    writeFileSync(path, config)
    const server = new LocalProduct(["--kubeconfig", join(state, "kubeconfig"), "--config", path], {}, "serve")
    try {
      const [, base = ""] = await server.printed(/(http:\/\/127\.0\.0\.1:\d+)/)
      await test(base, () => server.output)
    } finally {
      await server.stop("SIGTERM")
    }
  }

  it.each<object>([{}, { auth: {} }, { auth: { allowUnauthenticated: true } }, { server: { host: "localhost" } }])(
    "lets nobody in by %j",
    (config) =>
      serving(JSON.stringify({ ...config, leaderElection: { enabled: false } }), async (base) => {
        assert.strictEqual((await answer(base, create)).status, 401)
      }),
    120_000
  )

  it(
    "lets the owner of a token in, one of the local cluster's form where `auth.tokens` says so",
    () =>
      serving(JSON.stringify({ auth: { tokens: "any" }, leaderElection: { enabled: false } }), async (base) => {
        assert.strictEqual((await answer(base, create)).status, 401)
        assert.strictEqual((await answer(base, { path: runs, headers: bearer() })).status, 200)
      }),
    120_000
  )

  it(
    "lets everybody in where that is written, and warns of it at each start",
    () =>
      serving("auth:\n  mode: none\n", async (base, log) => {
        assert.match(log(), /auth\.mode is none/)
        assert.strictEqual((await answer(base, { path: runs })).status, 200)
      }),
    120_000
  )
})
