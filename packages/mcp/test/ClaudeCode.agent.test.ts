/** The real Claude Code CLI, whose model is scripted, hands a task over by the tools of the MCP server, on both transports. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Server } from "@orchestrator/http/server/Server"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, FileSystem, Layer, Stream } from "effect"
import { ChildProcess } from "effect/process"
import { fileURLToPath } from "node:url"
import { inOrder, say, scriptedModel } from "../../../tools/agent/ScriptedModel.ts"
import { serverWith } from "./fixtures/TestServer.ts"

const bin = fileURLToPath(new URL("../../cli/src/bin.ts", import.meta.url))
const claude = process.env["AGENT_TEST_CLAUDE"] ?? ""

const spec = {
  service: "payments",
  prompt: "Answer requests for unknown orders with 404",
  repositoryUrl: "https://github.com/example/payments",
  githubUser: "octocat"
}

const transports = [
  {
    name: "standard input and output",
    server: (url: string): object => ({ command: process.execPath, args: [bin, "mcp", "--server", url] })
  },
  { name: "streamable HTTP", server: (url: string): object => ({ type: "http", url: `${url}/mcp` }) }
]

describe("Claude Code with the MCP server", () => {
  it.live.each(transports)(
    "submits a run over $name, and reads what became of it",
    ({ server }) =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const home = yield* fs.makeTempDirectoryScoped({ prefix: "mcp-claude-" })
        const { url } = yield* Server
        const model = yield* scriptedModel(inOrder(
          { tool: "mcp__orchestrator__submit_code_run", input: { name: "orders", spec } },
          { tool: "mcp__orchestrator__get_run", input: { kind: "CodeRun", name: "orders" } },
          say("It is handed over.")
        ))
        const config = JSON.stringify({ mcpServers: { orchestrator: server(url) } })
        const words = ["--print", "--strict-mcp-config", "--mcp-config", config, "--allowedTools", "mcp__orchestrator"]
        const agent = yield* ChildProcess.make(claude, [...words, "--", "Hand over the orders task"], {
          cwd: home,
          stdin: "ignore",
          extendEnv: false,
          env: {
            PATH: process.env["PATH"],
            HOME: home,
            CLAUDE_CONFIG_DIR: `${home}/config`,
            ANTHROPIC_BASE_URL: model.url,
            ANTHROPIC_API_KEY: "fake-key-for-tests",
            CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
            ENABLE_TOOL_SEARCH: "false"
          }
        })
        const [text, status] = yield* Effect.all([Stream.mkString(Stream.decodeText(agent.all)), agent.exitCode], {
          concurrency: 2
        })
        assert.deepStrictEqual([status, text.trim()], [0, "It is handed over."])
        const client = yield* KubernetesClient
        const stored = yield* client.get(CodeRunKind, { name: "orders", namespace: "orchestrator" })
        assert.strictEqual(stored.spec?.["prompt"], spec.prompt)
        assert.includeMembers([...model.turns[0]?.tools ?? []], ["mcp__orchestrator__wait_for_run"])
        assert.match(model.turns.at(-1)?.texts.at(-1) ?? "", /CodeRun orders is Pending/)
      }).pipe(Effect.scoped, Effect.provide(Layer.merge(serverWith(), NodeServices.layer)))
  )
})
