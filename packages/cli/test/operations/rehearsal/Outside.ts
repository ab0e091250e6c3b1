/** What lies outside of the cluster: a model API that takes a key or not, a bucket with room or none, and an agent that asks its model first. */
import { writeFileSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { join } from "node:path"

export const listening = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
  const server = createServer((request, response) => void request.resume().on("end", () => answer(request, response)))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    }
  }
}

export interface ModelApi {
  readonly url: string
  readonly close: () => void
  keyIsGood: boolean
}

const message = {
  type: "message",
  id: "msg_1",
  role: "assistant",
  model: "claude-sonnet-4-20250514",
  content: [],
  usage: { input_tokens: 7, output_tokens: 3 }
}

/** As Anthropic's API refuses a key. */
const refusal = { type: "error", error: { type: "authentication_error", message: "invalid x-api-key" } }

export const modelApi = async (): Promise<ModelApi> => {
  const state = { keyIsGood: true }
  const api = await listening((_, response) =>
    void response.writeHead(state.keyIsGood ? 200 : 401, { "content-type": "application/json" })
      .end(JSON.stringify(state.keyIsGood ? message : refusal))
  )
  return Object.assign(state, api)
}

/** An S3-compatible server that takes every object, or has no room for one, in MinIO's words. */
export const bucketServer = async () => {
  const state = { full: false }
  const full =
    "<Error><Code>XMinioStorageFull</Code><Message>Storage backend has reached its minimum free drive threshold. " +
    "Please delete a few objects to proceed.</Message></Error>"
  const server = await listening((_, response) =>
    void (state.full
      ? response.writeHead(507, { "content-type": "application/xml" }).end(full)
      : response.writeHead(200).end())
  )
  return Object.assign(state, server)
}

const demoAgent = join(import.meta.dirname, "../../../../agent/demo/claude")

/** It ends as Claude Code does whose key is refused, else as the demo agent; a task that says so takes until it is stopped. */
export const writeClaude = (folder: string): void => {
  writeFileSync(
    join(folder, "claude"),
    `#!/usr/bin/env node
import { spawnSync } from "node:child_process"
const { ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL } = process.env
if (process.argv.includes("-p")) {
  const response = await fetch(\`\${ANTHROPIC_BASE_URL}/v1/messages\`, {
    method: "POST",
    headers: { "x-api-key": ANTHROPIC_API_KEY, "anthropic-version": "2023-06-01", "content-type": "application/json" },
    body: JSON.stringify({ model: "claude-sonnet-4-20250514", max_tokens: 8, messages: [{ role: "user", content: "Hello" }] })
  })
  if (response.status === 401) {
    process.stdout.write(JSON.stringify({
      type: "result", subtype: "success", is_error: true, api_error_status: 401, num_turns: 1, duration_ms: 1,
      result: \`Failed to authenticate. API Error: 401 \${await response.text()}\`, session_id: process.argv[process.argv.indexOf("--session-id") + 1],
      total_cost_usd: 0, usage: {}
    }) + "\\n")
    process.exit(1)
  }
}
const { status } = spawnSync(process.execPath, [${JSON.stringify(demoAgent)}, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, DEMO_AGENT_SECONDS: process.env.DEMO_AGENT_SECONDS ?? "0.2" }
})
process.exit(status ?? 1)
`,
    { mode: 0o755 }
  )
  writeFileSync(join(folder, "package.json"), "{\"type\":\"module\"}")
}
