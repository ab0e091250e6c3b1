/** An API server of the test's own: TLS on loopback, each request answered as the test says. */
import { makeCertificate } from "@orchestrator/embedded/wire/Certificate"
import { Effect } from "effect"
import { type IncomingMessage, type ServerResponse } from "node:http"
import { createServer } from "node:https"

export interface Served {
  readonly url: string
  readonly certificateAuthority: string
  /** How often a client has shaken hands. */
  readonly handshakes: () => number
  /** The requests so far. */
  readonly requests: () => ReadonlyArray<IncomingMessage>
}

export const serve = (answer: (request: IncomingMessage, response: ServerResponse) => void) =>
  Effect.gen(function*() {
    const { certificate, privateKey } = makeCertificate("test")
    const requests: Array<IncomingMessage> = []
    let handshakes = 0
    const server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
      requests.push(request)
      answer(request, response)
    }).on("secureConnection", () => handshakes++)
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () => Effect.sync(() => server.close().closeAllConnections())
    )
    const address = server.address()
    const served: Served = {
      url: `https://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
      certificateAuthority: certificate,
      handshakes: () => handshakes,
      requests: () => requests
    }
    return served
  })

export const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))
}
