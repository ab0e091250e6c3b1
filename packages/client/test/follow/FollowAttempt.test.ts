import { assert, describe, it } from "@effect/vitest"
import { followLogs, followTranscript, isOver } from "@orchestrator/client/follow/FollowAttempt"
import type { Reconnecting } from "@orchestrator/client/follow/FollowEvents"
import { Cause, Effect, Exit, Fiber, Predicate, Stream } from "effect"
import { TestClock } from "effect/testing"
import { type Answer, inTurn, json, runOf, scripted } from "../fixtures/ScriptedServer.ts"

const time = (millis: number) => `2026-01-01T00:00:00.${String(millis).padStart(3, "0")}Z`
const notice = (millis: number, text: string) => ({ type: "notice", at: time(millis), text })

/** An answer that ends, or that breaks off. */
const answer = (type: string, lines: ReadonlyArray<string>, { broken = false } = {}) =>
  new Response(
    new ReadableStream({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")))
        if (!broken) controller.close()
      },
      pull: (controller) => broken ? controller.error(new Error("reset")) : undefined
    }),
    { headers: { "content-type": type } }
  )
const conversation = (events: ReadonlyArray<object>, how = {}) => () =>
  answer("application/x-ndjson", events.map((event) => JSON.stringify(event)), how)
const printed = (lines: ReadonlyArray<string>, how = {}) => () => answer("text/plain; charset=utf-8", lines, how)

const attempt = (contextVersion: number, outcome?: string) => ({
  contextVersion,
  jobName: `job-${contextVersion}`,
  ...(outcome === undefined ? {} : { outcome })
})
const running = () => json(runOf("a", 1, "Running", { status: { attempts: [attempt(1)] } }))
const finished = () => json(runOf("a", 2, "Succeeded", { status: { attempts: [attempt(1, "Succeeded")] } }))
const gone = () =>
  json({
    type: "urn:orchestrator:problem:logs-not-available",
    status: 404,
    title: "No log",
    detail: "The container broker has not started",
    hint: "Try again"
  }, 404)

const followed = (answers: Readonly<Record<string, Answer>>) =>
  Effect.gen(function*() {
    const { asked, client } = yield* scripted(answers)
    const waits: Array<Reconnecting> = []
    let connections = 0
    const onConnected = Effect.sync(() => connections++)
    const onReconnecting = (each: Reconnecting) => Effect.sync(() => waits.push(each))
    const reading = yield* Effect.forkChild(Effect.exit(Stream.runCollect(
      followTranscript(client, "CodeRun", "a", { attempt: "1", onConnected, onReconnecting })
    )))
    yield* TestClock.adjust("5 minutes")
    return { asked, waits, connections, exit: yield* Fiber.join(reading) }
  })

const textsOf = (exit: { readonly _tag: string; readonly value?: ReadonlyArray<object> }) =>
  exit.value?.map((event) => "text" in event ? event.text : "")

describe("a conversation that is followed", () => {
  it.effect("goes on where a connection broke, with nothing lost and nothing twice", () =>
    Effect.gen(function*() {
      const { connections, exit, waits } = yield* followed({
        "/api/v1/code-runs/a/transcript": inTurn(
          conversation([notice(1, "a"), notice(2, "b"), notice(2, "c")], { broken: true }),
          () => undefined,
          conversation([notice(2, "b"), notice(2, "c"), notice(2, "d"), notice(3, "e")]),
          conversation([notice(3, "e"), notice(4, "f")])
        ),
        "/api/v1/code-runs/a": inTurn(running, finished)
      })
      assert.deepStrictEqual(textsOf(exit), ["a", "b", "c", "d", "e", "f"])
      assert.deepStrictEqual([connections, waits.map(({ attempt }) => attempt)], [4, [1, 2, 1]])
    }))

  it.effect("is not over because a server that stops ends its answers", () =>
    Effect.gen(function*() {
      const { asked, exit } = yield* followed({
        "/api/v1/code-runs/a/transcript": inTurn(conversation([notice(1, "a")]), conversation([notice(1, "a")])),
        "/api/v1/code-runs/a": inTurn(running, running, finished)
      })
      assert.deepStrictEqual(textsOf(exit), ["a"])
      assert.strictEqual(asked.filter(({ path }) => path.endsWith("/transcript")).length, 4)
    }))

  it.effect("has what was said before the attempt was seen to be over", () =>
    Effect.gen(function*() {
      const { exit, waits } = yield* followed({
        "/api/v1/code-runs/a/transcript": inTurn(
          conversation([notice(1, "a")]),
          conversation([notice(1, "a"), notice(2, "last words")])
        ),
        "/api/v1/code-runs/a": finished
      })
      assert.deepStrictEqual(textsOf(exit), ["a", "last words"])
      assert.deepStrictEqual(waits, [])
    }))

  it.effect("waits for an attempt that is about to start, and says what for", () =>
    Effect.gen(function*() {
      const { exit, waits } = yield* followed({
        "/api/v1/code-runs/a/transcript": inTurn(gone, gone, conversation([notice(1, "a")])),
        "/api/v1/code-runs/a": inTurn(running, running, finished)
      })
      assert.deepStrictEqual(textsOf(exit), ["a"])
      assert.include(String(Object(waits[0]?.error).message), "has not started")
    }))

  it.effect("fails where the attempt is over and nothing was kept of it", () =>
    Effect.gen(function*() {
      const { exit } = yield* followed({
        "/api/v1/code-runs/a/transcript": gone,
        "/api/v1/code-runs/a": finished
      })
      assert.isTrue(Exit.isFailure(exit) && Predicate.isTagged(Cause.squash(exit.cause), "LogsNotAvailable"))
    }))
})

it.effect("what a container prints is followed by the times of its lines", () =>
  Effect.gen(function*() {
    const { client } = yield* scripted({
      "/api/v1/code-runs/a/logs": inTurn(
        printed(["2026-01-01T00:00:00Z one", "2026-01-01T00:00:00.5Z two", "of two lines"], { broken: true }),
        printed([
          "2026-01-01T00:00:00Z one",
          "2026-01-01T00:00:00.5Z two",
          "of two lines",
          "2026-01-01T00:00:00.5Z three",
          "2026-01-01T00:00:00.512345678Z "
        ])
      ),
      "/api/v1/code-runs/a": finished
    })
    const reading = yield* Effect.forkChild(Stream.runCollect(followLogs(client, "CodeRun", "a")))
    yield* TestClock.adjust("1 minute")
    assert.deepStrictEqual((yield* Fiber.join(reading)).map(({ text }) => text), [
      "one",
      "two",
      "of two lines",
      "three",
      ""
    ])
  }))

describe("whether an attempt is over", () => {
  const run = (phase: string, ...attempts: ReadonlyArray<object>) =>
    Object(runOf("a", 1, phase, { status: { attempts } }))
  it.each([
    { name: "one that works is not", run: run("Running", attempt(1)), which: "1", want: false },
    { name: "one before it is", run: run("Running", attempt(1, "Failed"), attempt(2)), which: "1", want: true },
    {
      name: "the newest is meant by none",
      run: run("Running", attempt(1, "Failed"), attempt(2)),
      which: undefined,
      want: false
    },
    { name: "one of a run that has ended is", run: run("Failed"), which: "3", want: true },
    { name: "one that is to come is not", run: run("Pending", attempt(1, "Failed")), which: "1-r1", want: false }
  ])("$name", ({ run, want, which }) => assert.strictEqual(isOver(run, which), want))
})
