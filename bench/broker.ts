/**
 * `node bench/broker.ts [--rounds 7]`: how long a broker takes from its start until it can be asked, and what it holds by then and after
 * one answer by each API and provider: all in one file, against what a run needs in files of its own. The API is one of a few lines here.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { chatPath, generateContentPath, messagesPath, responsesPath } from "@orchestrator/agent/pod/Endpoint"
import { Console, Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { generateKeyPairSync } from "node:crypto"
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bundle } from "../tools/build/Bundle.ts"
import { programs } from "../tools/build/Programs.ts"
import { brokerEnvironment, until } from "./parts/Broker.ts"
import { flags } from "./parts/Flags.ts"

const { rounds } = flags({ rounds: 7 })
const root = fileURLToPath(new URL("..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "broker-bench-"))

const key = "fake-key-of-a-bench-0123456789"
const keyFile = JSON.stringify({
  client_email: "models@example.test",
  private_key: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" })
})
const claude = "claude-sonnet-4-5"

interface Asked {
  readonly provider?: object
  readonly path: string
  readonly model: string
  readonly body: object
}

const turn = { messages: [{ role: "user", content: "Hi" }], model: claude, max_tokens: 10 }
const messages = { path: `${messagesPath}/v1/messages`, model: claude, body: turn }
const gpt = "gpt-5.4-mini"

const asks: Readonly<Record<string, Asked | undefined>> = {
  "nothing asked": undefined,
  Messages: messages,
  Responses: { path: `${responsesPath}/v1/responses`, model: gpt, body: { model: gpt, input: "Hi" } },
  "Chat Completions": { path: `${chatPath}/v1/chat/completions`, model: gpt, body: { ...turn, model: gpt } },
  generateContent: {
    path: `${generateContentPath}/v1beta/models/gemini-2.5-pro:generateContent`,
    model: "gemini-2.5-pro",
    body: { contents: [{ parts: [{ text: "Hi" }] }] }
  },
  Bedrock: { ...messages, provider: { type: "bedrock", region: "us-east-1", keyFile: "key" } },
  Vertex: { ...messages, provider: { type: "vertex", project: "p", keyFile: "google" } },
  Azure: { ...messages, provider: { type: "azure", keyFile: "key" } }
}

const answers: Readonly<Record<string, object>> = {
  token: { access_token: "fake-token-of-a-bench", expires_in: 3600 },
  messages: { model: claude, usage: { input_tokens: 1, output_tokens: 1 } }
}

/** Says the same to everybody: what it costs is not the question. */
const api = Effect.acquireRelease(
  Effect.promise(async () => {
    const server = createServer((request, response) => {
      request.resume().once("end", () => {
        response.setHeader("content-type", "application/json")
        response.end(JSON.stringify(request.url === "/token" ? answers["token"] : answers["messages"]))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  }),
  ({ server }) => Effect.sync(() => server.close())
)

/** As the image has it: the bundle beside the script that starts it. */
const install = Effect.fnUntraced(function*(arm: string, onDemand: boolean) {
  const place = join(folder, arm)
  mkdirSync(join(place, "dist"), { recursive: true })
  yield* bundle(root, { ...programs.broker, onDemand }, false, join(place, "dist"))
  copyFileSync(join(root, "tools/image/orchestrator"), join(place, "orchestrator"))
  return join(place, "orchestrator")
})

const makersOf = (url: string) => ["anthropic", "openai", "google"].map((name) => ({ name, baseUrl: url }))

const environmentOf = (place: string, url: string, asked: Asked | undefined) => ({
  ...brokerEnvironment(place, folder),
  MODEL: asked?.model ?? claude,
  MODEL_PROVIDERS: JSON.stringify(
    asked?.provider === undefined
      ? makersOf(url)
      : [{ name: "cloud", baseUrl: url, tokenUrl: `${url}/token`, ...asked.provider }]
  )
})

const mebibytes = ({ pid }: ChildProcess): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024

/** Of all its threads. */
const cpuMillis = ({ pid }: ChildProcess): number =>
  readdirSync(`/proc/${pid}/task`).reduce(
    (sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e6,
    0
  )

const settle = () => new Promise((resolve) => setTimeout(resolve, 300))

const life = async (script: string, url: string, asked: Asked | undefined) => {
  const place = mkdtempSync(join(folder, "life-"))
  const begin = performance.now()
  const env = environmentOf(place, url, asked)
  const child = spawn(script, ["broker"], { env, stdio: "ignore" })
  const endpoint = env.BROKER_ENDPOINT_FILE
  await until(() => existsSync(endpoint) || child.exitCode !== null)
  const millis = performance.now() - begin
  const cpu = cpuMillis(child)
  const { token, url: at } = JSON.parse(readFileSync(endpoint, "utf8"))
  if (asked !== undefined) {
    const response = await fetch(`${at}${asked.path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "x-api-key": token, "x-goog-api-key": token },
      body: JSON.stringify(asked.body)
    })
    const text = await response.text()
    if (response.status !== 200) throw new Error(`expected 200, found ${response.status}: ${text}`)
  }
  await settle()
  const held = mebibytes(child)
  child.kill("SIGKILL")
  return { millis, cpu, held }
}

type Life = Awaited<ReturnType<typeof life>>

const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

const program = Effect.gen(function*() {
  mkdirSync(join(folder, "credentials"))
  for (const name of ["anthropic-api-key", "openai-api-key", "google-api-key", "key", "key-id"]) {
    writeFileSync(join(folder, "credentials", name), key)
  }
  writeFileSync(join(folder, "credentials", "google"), keyFile)
  const { url } = yield* api
  const arms = { "one file": yield* install("one", false), "on demand": yield* install("parts", true) }
  for (const [name, asked] of Object.entries(asks)) {
    const found: Record<string, Array<Life>> = {}
    for (let round = 0; round <= rounds; round++) {
      for (const [arm, script] of Object.entries(arms)) {
        const one = yield* Effect.promise(() => life(script, url, asked))
        // The first one finds nothing of its files in memory.
        if (round > 0) (found[arm] ??= []).push(one)
      }
    }
    const figures = Object.entries(found).map(([arm, all]) =>
      `${arm}: ${median(all.map(({ millis }) => millis)).toFixed(0)} ms (${
        median(all.map(({ cpu }) => cpu)).toFixed(0)
      } of CPU), ${median(all.map(({ held }) => held)).toFixed(1)} MiB`
    )
    yield* Console.log(`${name.padEnd(18)} ${figures.join("; ")}`)
  }
}).pipe(
  Effect.scoped,
  Effect.ensuring(Effect.sync(() => rmSync(folder, { recursive: true, force: true }))),
  Effect.provide(NodeServices.layer)
)

NodeRuntime.runMain(program)
