/** Answers without an end of their own: watches, and logs that are followed. Both end when the server is asked to stop. */
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import { Clock, Effect, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import type { ServedKind } from "../kinds/ServedKinds.ts"
import { badRequest } from "../objects/Refusal.ts"
import { eventConverter } from "./Conversions.ts"
import { type Exchange, orRefuse, reasonOnly } from "./Exchange.ts"
import { logOptions, watchOptions } from "./Parameters.ts"
import { failureStatus } from "./StatusObject.ts"

const encoder = new TextEncoder()

const line = (event: object): string => `${JSON.stringify(event)}\n`

const errorEvent = (reason: KubernetesErrorReason) => ({ type: "ERROR", object: failureStatus(reason) })

/** Node sends the head of an answer with its first bytes; even none will do, so that the client knows that it watches. */
const withHead = <E>(bytes: Stream.Stream<Uint8Array, E>): Stream.Stream<Uint8Array, E> =>
  Stream.concat(Stream.succeed(new Uint8Array()), bytes)

const streamed = <E>(exchange: Exchange, contentType: string, bytes: Stream.Stream<Uint8Array, E>) =>
  HttpServerResponse.stream(Stream.interruptWhen(bytes, exchange.closing), {
    contentType,
    headers: { "cache-control": "no-cache, private" }
  })

/** Events as JSON lines. A watch that fails says so in its last line, as the head is long gone. */
export const watch = Effect.fnUntraced(function*(
  exchange: Exchange,
  served: ServedKind,
  namespace: string | undefined
): Effect.fn.Return<HttpServerResponse.HttpServerResponse, KubernetesErrorReason> {
  const options = yield* orRefuse(watchOptions(exchange.query, namespace))
  const convert = eventConverter(exchange, served)
  const events = exchange.client.watch(served.kind, options)
  if (exchange.socket !== undefined) {
    const frames = events.pipe(
      Stream.mapEffect((event) =>
        Clock.clockWith((clock) => Effect.succeed(JSON.stringify(convert(event, clock.currentTimeMillisUnsafe()))))
      ),
      Stream.catch(({ reason }) => Stream.succeed(JSON.stringify(errorEvent(reason))))
    )
    return yield* overWebSocket(exchange.socket, Stream.interruptWhen(frames, exchange.closing))
  }
  const bytes = events.pipe(
    Stream.mapArrayEffect((events) =>
      Clock.clockWith((clock) => {
        const now = clock.currentTimeMillisUnsafe()
        return Effect.succeed([encoder.encode(events.map((event) => line(convert(event, now))).join(""))] as const)
      })
    ),
    Stream.catch(({ reason }) => Stream.succeed(encoder.encode(line(errorEvent(reason)))))
  )
  return streamed(exchange, "application/json", withHead(bytes))
})

/** One event a frame, as text; ends with the watch, or when the client leaves. */
const overWebSocket = (
  upgrade: NonNullable<Exchange["socket"]>,
  frames: Stream.Stream<string>
): Effect.Effect<HttpServerResponse.HttpServerResponse, KubernetesErrorReason> =>
  Effect.gen(function*() {
    const socket = yield* upgrade
    const { pull } = yield* socket.reader
    const { write } = yield* socket.writer
    yield* Effect.raceFirst(Stream.runForEach(frames, write), Effect.forever(pull)).pipe(Effect.ignore)
    return HttpServerResponse.empty()
  }).pipe(
    Effect.scoped,
    Effect.mapError(() => badRequest("expected a WebSocket handshake"))
  )

export const podLogs = Effect.fnUntraced(function*(
  exchange: Exchange,
  namespace: string | undefined,
  name: string
): Effect.fn.Return<HttpServerResponse.HttpServerResponse, KubernetesErrorReason> {
  const options = yield* orRefuse(logOptions(exchange.query))
  const ref = { name, namespace }
  // A refusal must come before the head of the answer, which for a silent container is long before its first line.
  yield* reasonOnly(Stream.runDrain(exchange.client.podLogs(ref, { ...options, follow: false, tailLines: 0 })))
  return streamed(exchange, "text/plain", withHead(exchange.client.podLogs(ref, options)))
})
