/** Clients that ask for a large answer and do not read it: what waits for them is bounded, they are closed, and others are answered. */
import { assert, it } from "@effect/vitest"
import { Effect, Metric, Schedule } from "effect"
import { createServer } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { type BacklogOptions, boundBacklog } from "../../src/server/Backlog.ts"
import { raw } from "../fixtures/TestServer.ts"

const mebibyte = 1024 * 1024
/** Several times what the kernel takes for a reader. */
const answerBytes = 24 * mebibyte
const answer = Buffer.alloc(answerBytes)

/** Answers everybody with the same large body, and `/health` with a small one. */
const serving = Effect.fnUntraced(function*(backlog: BacklogOptions) {
  const server = createServer((request, response) => void response.end(request.url === "/health" ? "ok" : answer))
  yield* boundBacklog(server, backlog)
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () => Effect.sync(() => void server.close().closeAllConnections())
  )
  const { port }: AddressInfo = JSON.parse(JSON.stringify(server.address()))
  return `http://127.0.0.1:${port}`
})

/** Asks, and reads nothing before it is told to; answers then with the bytes that came before the end. */
const asking = Effect.fnUntraced(function*(url: string) {
  const { hostname, port } = new URL(url)
  const socket = yield* Effect.acquireRelease(
    Effect.sync(() => connect(Number(port), hostname)),
    (open) => Effect.sync(() => open.destroy())
  )
  let bytes = 0
  socket.on("error", () => {}).write(`GET / HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`)
  return {
    read: Effect.callback<number>((resume) => {
      if (socket.closed) return resume(Effect.succeed(bytes))
      socket.on("close", () => resume(Effect.succeed(bytes)))
      socket.on("data", (chunk) => (bytes += chunk.length))
    })
  }
})

const unread = Effect.map(Metric.snapshot, (all) => {
  const gauge = all.find(({ id }) => id === "orchestrator_http_unread_bytes")
  return gauge?.type === "Gauge" ? Number(gauge.state.value) : 0
})

it.live("what waits for twelve of them is less than what three of them asked for, and the others are closed", () =>
  Effect.gen(function*() {
    const mostBytes = 60 * mebibyte
    const url = yield* serving({ mostBytes })
    const readers = yield* Effect.forEach(Array.from({ length: 12 }), () => asking(url))
    const { status } = yield* raw(url, { path: "/health" })
    assert.strictEqual(status, 200)
    const waiting = yield* Effect.repeat(unread, {
      until: (bytes) => bytes > 0,
      schedule: Schedule.spaced("20 millis")
    })
    assert.isAbove(waiting, 0)
    assert.isAtMost(waiting, mostBytes)
    const read = yield* Effect.forEach(readers, ({ read }) => read, { concurrency: "unbounded" })
    const complete = read.filter((bytes) => bytes > answerBytes)
    assert.isAtLeast(complete.length, 1)
    assert.isAtMost(complete.length, 5)
  }))

it.live(
  "a connection that takes nothing is closed after a while, one that takes its time is not",
  () =>
    Effect.gen(function*() {
      const url = yield* serving({ longestStall: "300 millis" })
      const idle = yield* asking(url)
      assert.isAbove(yield* (yield* asking(url)).read, answerBytes)
      yield* Effect.sleep("1 second")
      const { status } = yield* raw(url, { path: "/health" })
      assert.strictEqual(status, 200)
      assert.isBelow(yield* idle.read, answerBytes)
      yield* Effect.repeat(unread, { until: (bytes) => bytes === 0, schedule: Schedule.spaced("20 millis") })
    }),
  10_000
)
