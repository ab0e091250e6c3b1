/**
 * The way to a client that follows events. Of a request that is answered by a stream, Effect keeps fiber, closures and contexts for as long as the
 * stream lasts, some 10 KB. So the request ends with the headers, and what comes after them is written to Node's response by the hub.
 */
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Effect, Queue, Stream } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { IncomingMessage, ServerResponse } from "node:http"
import type { Sink } from "./Hub.ts"
import type { Listener } from "./Listener.ts"
import type { Following, RunLog } from "./RunLog.ts"

const nodeResponseOf = (request: HttpServerRequest.HttpServerRequest): ServerResponse | undefined => {
  if (!(request.source instanceof IncomingMessage)) return undefined
  const response = NodeHttpServerRequest.toServerResponse(request)
  return response instanceof ServerResponse ? response : undefined
}

const ignore = () => {}

/** Calls `take` where the server would end a response whose headers it has sent and that has no body: from then on it is the taker's. */
const handOver = (response: ServerResponse, take: () => void) => {
  const end = response.end.bind(response)
  const isOurs = (args: ReadonlyArray<unknown>) => response.statusCode === 200 && args[0] === undefined
  response.end = (...args: Array<unknown>) => {
    Reflect.deleteProperty(response, "end")
    if (!isOurs(args)) return Reflect.apply(end, response, args)
    // It waits for nobody's fiber any more.
    response.removeAllListeners("close")
    take()
    return response
  }
}

/** Tells a client whatever there is to tell, until its connection ends. */
const tellNode = ({ follow }: RunLog["Service"], listener: Listener, response: ServerResponse) => {
  const sink: Sink = {
    write: (bytes) => response.destroyed || response.write(bytes),
    end: () => void response.end()
  }
  response.flushHeaders()
  const { leave, ready } = follow(listener, sink)
  response.on("error", ignore).on("drain", ready).once("close", leave)
  if (response.destroyed) leave()
}

/** For a server without sockets, whose reader takes a piece at a time. */
const streamed = ({ follow }: RunLog["Service"], listener: Listener) =>
  Stream.unwrap(Effect.sync(() => {
    let following: Following | undefined
    return Stream.callback<Uint8Array>((queue) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          following = follow(listener, {
            write: (bytes) => {
              Queue.offerUnsafe(queue, bytes)
              return false
            },
            end: () => void Queue.endUnsafe(queue)
          })
        }),
        () => Effect.sync(() => following?.leave())
      )
    ).pipe(Stream.tap(() => Effect.sync(() => following?.ready())))
  }))

/** The answer to a client that follows events. */
export const followed = (
  log: RunLog["Service"],
  listener: Listener,
  request: HttpServerRequest.HttpServerRequest,
  headers: Readonly<Record<string, string>>
): HttpServerResponse.HttpServerResponse => {
  const response = nodeResponseOf(request)
  if (response === undefined) return HttpServerResponse.stream(streamed(log, listener), { headers })
  handOver(response, () => tellNode(log, listener, response))
  return HttpServerResponse.empty({ status: 200, headers })
}
