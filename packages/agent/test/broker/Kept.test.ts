/** What a broker keeps of what the runner tells it, handed over by the runner's own means. */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import type { TranscriptEvent } from "@orchestrator/domain/Transcript"
import { Duration, Effect } from "effect"
import { existsSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { makeRelay } from "../../src/runner/evidence/Relay.ts"
import { gitToken, type Place, place, startBroker, until } from "../fixtures/Broker.ts"

const at = "2026-01-01T00:00:00.000Z"
const said = (text: string): TranscriptEvent => ({ type: "message", at, role: "assistant", text })

const keptIn = ({ folder }: Place) => ({
  log: () => readFileSync(join(folder, "state", "evidence", "log.txt"), "utf8"),
  transcript: () =>
    readFileSync(join(folder, "state", "evidence", "transcript.jsonl"), "utf8").trim().split("\n").map((line) =>
      JSON.parse(line)
    ),
  result: () => readFileSync(join(folder, "state", "evidence", "agent.json"), "utf8")
})

const started = Effect.gen(function*() {
  const around = yield* place
  const broker = yield* startBroker(around.environment)
  const relay = yield* makeRelay
  return { around, broker, relay, kept: keptIn(around) }
})

describe("what a runner tells its broker", () => {
  it.live("is kept while it goes on, from before the broker was there, and printed for who follows", () =>
    Effect.gen(function*() {
      const { broker, kept, relay } = yield* started
      yield* relay.log(`${at} 00:00:00 before\n`)
      yield* relay.event(said("first"))
      yield* relay.connect(broker)
      yield* until(() => broker.log.some((line) => line.startsWith("transcript ")))
      assert.deepStrictEqual(kept.transcript(), [said("first")])
      assert.strictEqual(kept.log(), `${at} 00:00:00 before\n`)
      yield* relay.event(said(`the token is ${gitToken}`))
      yield* relay.log(`${at} 00:00:01 it printed ${gitToken}\n`)
      yield* relay.result(`{"outcome":"Completed","message":"${gitToken}"}`)
      yield* relay.finish
      assert.strictEqual(kept.transcript().length, 2)
      assert.include(kept.result(), "Completed")
      for (const text of [kept.log(), kept.result(), JSON.stringify(kept.transcript()), broker.log.join("\n")]) {
        assert.notInclude(text, gitToken)
      }
      assert.strictEqual(kept.transcript()[1].text, "the token is ***")
    }).pipe(Effect.provide(NodeHttpClient.layerNodeHttp), Effect.scoped))

  it.live("does not hold the runner up where there is no broker any more", () =>
    Effect.gen(function*() {
      const { broker, relay } = yield* started
      yield* relay.connect(broker)
      yield* broker.stop
      yield* relay.event(said("unheard"))
      const [duration] = yield* Effect.timed(relay.finish)
      assert.isBelow(Duration.toMillis(duration), 8000)
    }).pipe(Effect.provide(NodeHttpClient.layerNodeHttp), Effect.scoped))

  it.live("is bounded, whoever tells it, and what is no event is left out", () =>
    Effect.gen(function*() {
      const { around, broker, kept } = yield* started
      const post = (body: unknown) =>
        Effect.promise(async () => {
          const response = await fetch(`${broker.url}/run/evidence`, {
            method: "POST",
            headers: { authorization: `Bearer ${broker.token}`, "content-type": "application/json" },
            body: JSON.stringify(body)
          })
          return response.status
        })
      assert.strictEqual(yield* post({ log: "", leftOut: 3, events: [said("x"), { type: "coup" }, null, "x"] }), 204)
      assert.deepStrictEqual(kept.transcript().map(({ type }) => type), ["message", "notice"])
      assert.strictEqual(yield* post({ log: "x".repeat(1_100_000), leftOut: 0, events: [] }), 413)
      for (let part = 0; part < 8; part++) {
        assert.strictEqual(yield* post({ log: `${"y".repeat(900_000)}\n`, leftOut: 0, events: [] }), 204)
      }
      const file = join(around.folder, "state", "evidence", "log.txt")
      const size = statSync(file).size + (existsSync(`${file}.old`) ? statSync(`${file}.old`).size : 0)
      assert.isAtMost(size, 4 * 1_048_576)
    }).pipe(Effect.scoped))
})
