import { assert, it } from "@effect/vitest"
import { Effect, Latch } from "effect"
import { createServer } from "node:http"
import { readiness } from "../../src/node/Probe.ts"

const server = Effect.acquireRelease(
  Effect.callback<{ readonly port: number; answer: number; readonly close: () => void }>((resume) => {
    const it = { port: 0, answer: 503, close: () => void http.close() }
    const http = createServer((_, response) => void response.writeHead(it.answer).end())
    http.listen(0, "127.0.0.1", () => {
      const address = http.address()
      resume(Effect.succeed(Object.assign(it, { port: typeof address === "object" ? address?.port ?? 0 : 0 })))
    })
  }),
  ({ close }) => Effect.sync(close)
)

it.live("a container is ready while its probe answers, and not before", () =>
  Effect.gen(function*() {
    const http = yield* server
    const ready = yield* Latch.make(false)
    const said: Array<boolean> = []
    const container = {
      name: "main",
      image: "any",
      ports: [{ name: "http", containerPort: http.port }],
      readinessProbe: { httpGet: { path: "/ready", port: "http" }, periodSeconds: 0.02 }
    }
    const tell = (now: boolean) =>
      Effect.suspend(() => {
        said.push(now)
        http.answer = 200
        return now ? ready.open : Effect.void
      })
    yield* Effect.forkScoped(readiness(container, "127.0.0.1", tell) ?? Effect.void)
    yield* ready.await
    assert.deepStrictEqual(said, [false, true])
  }).pipe(Effect.scoped))

it("a container without a probe has nothing to tell", () =>
  assert.isUndefined(readiness({ name: "main", image: "any" }, "127.0.0.1", () => Effect.void)))
