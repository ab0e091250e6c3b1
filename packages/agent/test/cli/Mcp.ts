/** A tool server over HTTP with one tool that answers with what it is given. */
import { Effect } from "effect"
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"

const results: Readonly<Record<string, object>> = {
  initialize: {
    protocolVersion: "2025-03-26",
    capabilities: { tools: {} },
    serverInfo: { name: "tools", version: "1.0.0" }
  },
  "tools/list": {
    tools: [{
      name: "echo",
      description: "Says it again",
      inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] }
    }]
  },
  ping: {}
}

interface Call {
  readonly id?: number
  readonly method: string
  readonly params?: { readonly arguments?: { readonly text?: string } }
}

const read = async (request: IncomingMessage): Promise<string> => {
  let text = ""
  for await (const chunk of request) text += String(chunk)
  return text
}

/** Listens for as long as the test's scope is open. */
export const toolServer = Effect.acquireRelease(
  Effect.promise(async () => {
    const server = createServer((request, response) => {
      if (request.method !== "POST") return response.writeHead(405).end()
      return read(request).then((body) => {
        const { id, method, params }: Call = JSON.parse(body)
        if (id === undefined) return response.writeHead(202).end()
        const result = method === "tools/call"
          ? { content: [{ type: "text", text: `The tool says ${params?.arguments?.text}` }] }
          : results[method]
        const answer = result === undefined
          ? { jsonrpc: "2.0", id, error: { code: -32601, message: "Method not found" } }
          : { jsonrpc: "2.0", id, result }
        return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer))
      }, () => response.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return server
  }),
  (server) =>
    Effect.promise(() => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    })
).pipe(Effect.map((server) => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` })))
