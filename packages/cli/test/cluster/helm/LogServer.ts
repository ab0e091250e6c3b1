/** The part of a kubelet that `kubectl logs` reaches by way of the API server. */
import { NodeKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Effect, Layer, Stream } from "effect"
import { readFileSync } from "node:fs"
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer } from "node:https"
import { join } from "node:path"
import { Plane } from "./Plane.ts"

const listening = (options: object, answer: (request: IncomingMessage, response: ServerResponse) => void) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
      const server = createServer(options, answer)
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" ? address?.port ?? 0 : 0
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ port, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

/** Serves logs for a Node that has registered. */
export const logServer = (nodeName: string) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const { folder } = yield* Plane
    const client = yield* KubernetesClient
    const logs = yield* PodLogs
    const run = Effect.runForkWith(yield* Effect.context())
    const pki = (file: string) => readFileSync(join(folder, "pki", file))

    const lines = Effect.fnUntraced(function*(url: URL, response: ServerResponse) {
      const [, , namespace = "", name = "", container = ""] = url.pathname.split("/")
      const { metadata } = yield* client.get(PodKind, { name, namespace })
      const tail = url.searchParams.get("tailLines")
      const all = logs.read({ podUid: metadata.uid ?? "", container }, {
        follow: url.searchParams.get("follow") === "true"
      })
      const wanted = tail === null || url.searchParams.get("follow") === "true"
        ? all
        : all.pipe(Stream.takeRight(Number(tail)))
      response.writeHead(200, { "content-type": "text/plain" })
      response.flushHeaders()
      yield* Stream.runForEach(wanted, ({ text }) => Effect.sync(() => response.write(`${text}\n`)))
    })

    const { port } = yield* listening(
      { key: pki("apiserver.key"), cert: pki("apiserver.crt") },
      (request, response) => {
        const url = new URL(request.url ?? "/", "https://node")
        const answering = run(
          lines(url, response).pipe(
            Effect.catch(({ message }) => Effect.sync(() => void response.writeHead(404).write(message))),
            Effect.ensuring(Effect.sync(() => response.end()))
          )
        )
        response.on("close", () => answering.interruptUnsafe())
      }
    )
    yield* client.patchStatus(NodeKind, { name: nodeName }, {
      type: "merge",
      body: { status: { daemonEndpoints: { kubeletEndpoint: { Port: port } } } }
    })
  }))
