/**
 * docs/ways-in.md: every command of its table is executed, way by way, on a local server as `npm start` is one. What a command is to have
 * done is asked of the server, whichever way it came. Comments are tried on a real forge.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import { execFile } from "node:child_process"
import { chmodSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { controlPlane } from "../cluster/ControlPlane.ts"
import { LocalProduct, stopAll, temporaryFolder } from "../LocalProduct.ts"
import { blocks, rowsOf, ways } from "./Table.ts"

const root = join(import.meta.dirname, "../../../..")
const run = promisify(execFile)

interface Seen {
  readonly code: number
  readonly phase: string
  readonly spec: { readonly contextVersion?: number; readonly cancel?: boolean }
}

interface World {
  readonly folder: string
  readonly product: LocalProduct
  readonly url: string
  readonly token: string
}

const makeWorld = async (): Promise<World & { readonly remove: () => void }> => {
  const { folder, remove } = temporaryFolder()
  const product = new LocalProduct(["--state", join(folder, ".orchestrator")], { DEMO_AGENT_SECONDS: "3" })
  await product.printed(/Try next/)
  const bin = join(folder, "orchestrator")
  writeFileSync(bin, `#!/bin/sh\nexec ${process.execPath} ${join(root, "packages/cli/src/bin.ts")} "$@"\n`)
  chmodSync(bin, 0o755)
  const authorization = readFileSync(join(folder, ".orchestrator/authorization"), "utf8")
  return { folder, product, url: await product.url(), token: /Bearer (\S+)/.exec(authorization)?.[1] ?? "", remove }
}

const look = async ({ product }: World): Promise<Seen> => {
  const response = await product.ask("/api/v1/code-runs/example")
  const { phase = "", spec = {} } = response.ok ? JSON.parse(await response.text()) : {}
  return { code: response.status, phase, spec }
}

const until = async (world: World, what: string, is: (seen: Seen) => boolean): Promise<void> => {
  const end = performance.now() + 60_000
  for (;;) {
    const seen = await look(world)
    if (is(seen)) return
    if (performance.now() > end) throw new Error(`${what}: ${JSON.stringify(seen)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const prepared = ({ url }: World): string =>
  `. ${controlPlane().folder}/env\n${blocks.join("\n").replaceAll("http://127.0.0.1:8080", url)}\nPATH=$PWD:$PATH\n`

const inShell = async (world: World, command: string): Promise<string> => {
  writeFileSync(join(world.folder, "way.sh"), `set -e\n${prepared(world)}${command}`)
  const { stderr, stdout } = await run("bash", ["way.sh"], { cwd: world.folder, maxBuffer: 2 ** 26 })
  return stdout + stderr
}

const byClient = async (world: World, expression: string): Promise<string> => {
  const { token, url } = world
  const script = join(world.folder, "client.mts")
  const facade = join(root, "packages/client/src/promises/Orchestrator.ts")
  writeFileSync(
    script,
    `import { connect } from ${JSON.stringify(facade)}
import { readFileSync } from "node:fs"
const { codeRuns, models, services, workspaces } = connect({ server: ${JSON.stringify(url)}, token: ${
      JSON.stringify(token)
    } })
const run = JSON.parse(readFileSync("run.json", "utf8"))
const answer = await (${expression})
if (answer !== undefined && Symbol.asyncIterator in Object(answer)) { for await (const each of answer) console.log(each) }
else console.log(JSON.stringify(answer) ?? "")
`
  )
  return (await run(process.execPath, [script], { cwd: world.folder, maxBuffer: 2 ** 26 })).stdout
}

const byMcp = async (world: World, call: string): Promise<string> => {
  const [, name = "", parameters = ""] = /^(\S+) (.*)$/.exec(call) ?? []
  const client = new Client({ name: "ways-in", version: "1.0.0" })
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${world.url}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${world.token}` } }
    })
  )
  try {
    const body = parameters.replace("RUN", readFileSync(join(world.folder, "run.json"), "utf8"))
    const answer = await client.callTool({ name, arguments: JSON.parse(body) })
    assert.notStrictEqual(answer.isError, true, JSON.stringify(answer))
    return JSON.stringify(answer)
  } finally {
    await client.close()
  }
}

const executors: Readonly<Record<string, (world: World, command: string) => Promise<string>>> = {
  kubectl: inShell,
  HTTP: inShell,
  client: byClient,
  "command line": inShell,
  MCP: byMcp
}

/** What is to be true after a verb, and in what it says. */
const outcomes: Readonly<Record<string, (world: World, said: string) => Promise<void>>> = {
  plan: async (world, said) => {
    assert.include(said, "example")
    assert.strictEqual((await look(world)).code, 404)
  },
  submit: async (world) => assert.strictEqual((await look(world)).code, 200),
  list: async (_, said) => assert.include(said, "example"),
  get: async (_, said) => assert.include(said, "example"),
  wait: (world, said) => {
    assert.match(said, /Succeeded|condition met/)
    return until(world, "the run has ended", ({ phase }) => phase === "Succeeded")
  },
  logs: async (_, said) => assert.include(said, "Completed"),
  transcript: async (_, said) => assert.include(said, "assistant"),
  retry: async (world) => assert.strictEqual((await look(world)).spec.contextVersion, 2),
  cancel: async (world) => {
    assert.strictEqual((await look(world)).spec.cancel, true)
    await until(world, "the run has been cancelled", ({ phase }) => phase === "Cancelled")
  },
  workspaces: async (_, said) => assert.include(said, "workspace-example"),
  services: async (_, said) => assert.include(said, "example"),
  models: async (_, said) => assert.include(said, "claude"),
  delete: async (world) => await until(world, "the run is gone", ({ code }) => code === 404)
}

describe("every command of docs/ways-in.md does what its row says", () => {
  let world: Awaited<ReturnType<typeof makeWorld>>
  beforeAll(async () => {
    world = await makeWorld()
    await inShell(world, "true")
  }, 120_000)
  afterAll(async () => {
    await stopAll()
    world.remove()
  })

  const executed = ways.filter((way) => executors[way] !== undefined)
  it("the table has these ways", () => assert.deepStrictEqual(ways, [...Object.keys(executors), "comment"]))
  for (const way of executed) {
    describe(`by ${way}`, () => {
      for (const { command, verb } of rowsOf(way)) {
        if (command === undefined) continue
        it(`${verb}: ${command}`, async () => {
          const said = await executors[way]?.(world, command) ?? ""
          const outcome = outcomes[verb]
          assert.isDefined(outcome, `nothing is known of the verb ${verb}`)
          await outcome?.(world, said)
        })
      }
    })
  }
})
