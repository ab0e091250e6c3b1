import { assert, it } from "@effect/vitest"
import { Effect, Latch } from "effect"
import { createServer } from "node:http"
import { readiness } from "../../src/node/Probe.ts"

/** Answers with these, one after the other, and then with the last. */
const server = (answers: Array<number>) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
      const http = createServer((_, response) => {
        response.writeHead((answers.length > 1 ? answers.shift() : answers[0]) ?? 500).end()
      })
      http.listen(0, "127.0.0.1", () => {
        const address = http.address()
        const port = typeof address === "object" ? address?.port ?? 0 : 0
        resume(Effect.succeed({ port, close: () => void http.close() }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

it.live("a container is ready when its probe answers, and until it has failed a number of times", () =>
  Effect.gen(function*() {
    const { port } = yield* server([503, 503, 200, 503, 200, 503, 503])
    const enough = yield* Latch.make(false)
    const said: Array<boolean> = []
    const container = {
      name: "main",
      image: "any",
      ports: [{ name: "http", containerPort: port }],
      readinessProbe: {
        httpGet: { path: "/ready", port: "http" },
        periodSeconds: 0.02,
        timeoutSeconds: 30,
        failureThreshold: 2
      }
    }
    const tell = (ready: boolean) =>
      Effect.suspend(() => {
        said.push(ready)
        return said.length < 4 ? Effect.void : enough.open
      })
    yield* Effect.forkScoped(readiness(container, "127.0.0.1", tell) ?? Effect.void)
    yield* enough.await
    assert.deepStrictEqual(said.slice(0, 4), [false, true, true, false])
  }).pipe(Effect.scoped))

it("a container without a probe has nothing to tell", () =>
  assert.isUndefined(readiness({ name: "main", image: "any" }, "127.0.0.1", () => Effect.void)))
