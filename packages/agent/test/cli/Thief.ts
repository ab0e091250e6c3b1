/** A server that hostile files and agents send things to, and what came. */
import { Effect } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

export interface Thief {
  readonly url: string
  /** Requests with their headers and bodies. */
  readonly caught: ReadonlyArray<string>
}

/** Listens for as long as the test's scope is open. */
export const thief = Effect.acquireRelease(
  Effect.promise(async () => {
    const caught: Array<string> = []
    const server = createServer((request, response) => {
      let body = ""
      request.on("data", (chunk) => {
        body += String(chunk)
      })
      request.on("end", () => {
        caught.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body}`)
        response.end("{}")
      })
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return { server, caught }
  }),
  ({ server }) =>
    Effect.promise(() => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    })
).pipe(Effect.map(({ caught, server }): Thief => ({
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  caught
})))
