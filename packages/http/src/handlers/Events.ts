import { Effect } from "effect"
import { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../contract/Api.ts"
import { TooManyStreams } from "../contract/Problem.ts"
import { askedNamespace } from "../services/AskedNamespace.ts"
import { followed } from "./events/Connection.ts"
import { listenerOf } from "./events/Listener.ts"
import { RunLog } from "./events/RunLog.ts"

const tooMany = (most: number) =>
  new TooManyStreams({
    detail: `Expected fewer than ${most} event streams at a time, found as many`,
    hint:
      "Retry later, or share one stream between the readers of a program; server.maxConnections decides how many there may be",
    retryAfterSeconds: 30
  })

/** No proxy on the way is to wait for more. */
const headers = { "content-type": "text/event-stream", "x-accel-buffering": "no" }

export const EventsHandlers = HttpApiBuilder.group(
  Api,
  "events",
  Effect.fnUntraced(function*(handlers) {
    const log = yield* RunLog
    const namespace = yield* askedNamespace
    return handlers.handle("follow", ({ headers: { "last-event-id": lastEventId }, query }) =>
      Effect.gen(function*() {
        if (log.isFull()) return yield* tooMany(log.most)
        const listener = yield* listenerOf(yield* namespace, { ...query, lastEventId })
        return followed(log, listener, yield* HttpServerRequest.HttpServerRequest, headers)
      }))
  })
)
