/**
 * Bytes of answers that their readers have not taken. They wait in this process, so they are bounded: a connection that takes nothing for a
 * while is closed, and when all of them together wait with too much, those that have waited longest are, until there is room again.
 */
import { Duration, Effect, Metric } from "effect"
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { slowReaders, unreadBytes } from "../services/Metrics.ts"

export interface BacklogOptions {
  /** That all connections together may wait with. Default 32 MiB. */
  readonly mostBytes?: number
  /** A connection that takes nothing for so long is closed. Default 30 seconds. */
  readonly longestStall?: Duration.Input
}

const defaultMostBytes = 32 * 1024 * 1024
const defaultStall = "30 seconds"
/** Looks at a connection before it counts as stalled. */
const looks = 6

const waitingBytes = unreadBytes.of({})
const closedConnections = slowReaders.of({})

interface Waiting {
  /** Bytes that had left when it was looked at last. */
  readonly left: number
  /** Looks at which it had taken nothing. */
  readonly stalls: number
}

const leftOf = (socket: Socket): number => socket.bytesWritten - socket.writableLength

/** For the life of the scope. */
export const boundBacklog = Effect.fn("Backlog.bound")(function*(
  server: Server,
  { longestStall = defaultStall, mostBytes = defaultMostBytes }: BacklogOptions = {}
) {
  /** Connections with an answer under way, the one that has waited longest first. */
  const waiting = new Map<Socket, Waiting>()
  const context = yield* Effect.context<never>()

  const total = () => {
    let bytes = 0
    for (const socket of waiting.keys()) bytes += socket.writableLength
    return bytes
  }

  const close = (socket: Socket) => {
    waiting.delete(socket)
    socket.destroy()
    Effect.runSyncWith(context)(Effect.andThen(
      Metric.update(closedConnections, 1),
      Effect.logWarning("closed a connection whose reader does not take its answer")
    ))
  }

  const makeRoom = () => {
    let bytes = total()
    for (const socket of waiting.keys()) {
      if (bytes <= mostBytes) break
      if (socket.writableLength === 0) continue
      bytes -= socket.writableLength
      close(socket)
    }
    waitingBytes.updateUnsafe(bytes, context)
  }

  const follow = ({ socket }: IncomingMessage, response: ServerResponse) => {
    if (!waiting.has(socket)) {
      waiting.set(socket, { left: leftOf(socket), stalls: 0 })
      socket.once("close", () => waiting.delete(socket))
    }
    // When the whole of an answer has been handed over; a streamed one waits for its reader by itself.
    response.once("prefinish", makeRoom)
  }

  const look = Effect.sync(() => {
    for (const [socket, { left, stalls }] of [...waiting]) {
      const now = leftOf(socket)
      const isStalled = socket.writableLength > 0 && now === left
      if (isStalled && stalls + 1 >= looks) close(socket)
      else if (isStalled) waiting.set(socket, { left, stalls: stalls + 1 })
      else {
        waiting.delete(socket)
        waiting.set(socket, { left: now, stalls: 0 })
      }
    }
    makeRoom()
  })

  yield* Effect.acquireRelease(
    Effect.sync(() => void server.on("request", follow)),
    () => Effect.sync(() => void server.off("request", follow))
  )
  const between = Duration.times(Duration.fromInputUnsafe(longestStall), 1 / looks)
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(between), look)))
})
