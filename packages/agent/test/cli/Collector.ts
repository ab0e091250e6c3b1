/** Receives OTLP over HTTP in its JSON form, and keeps what came. */
import { Effect } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

export interface Collector {
  readonly url: string
  /** Bodies by path: `/v1/metrics`, `/v1/logs`, `/v1/traces`. */
  readonly received: ReadonlyMap<string, ReadonlyArray<string>>
}

/** Listens for as long as the test's scope is open. */
export const collector = Effect.acquireRelease(
  Effect.promise(async () => {
    const received = new Map<string, Array<string>>()
    const server = createServer((request, response) => {
      let body = ""
      request.on("data", (chunk) => {
        body += String(chunk)
      })
      request.on("end", () => {
        const path = request.url ?? ""
        received.set(path, [...received.get(path) ?? [], body])
        response.writeHead(200, { "content-type": "application/json" }).end("{}")
      })
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return { server, received }
  }),
  ({ server }) =>
    Effect.promise(() => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    })
).pipe(Effect.map(({ received, server }): Collector => ({
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  received
})))
