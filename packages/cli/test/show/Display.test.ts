import { assert, it } from "@effect/vitest"
import { runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { Effect, Layer, Queue, Stdio, Terminal } from "effect"
import { runLine } from "../../src/dev/RunLine.ts"
import { Display } from "../../src/show/Display.ts"
import { deletedLine } from "../../src/show/RunLine.ts"

/** What was written, and a display on a terminal of this width. */
const terminalOf = (columns: number) => {
  const written: Array<string> = []
  const terminal = Terminal.make({
    columns: Effect.succeed(columns),
    rows: Effect.succeed(24),
    size: Queue.unbounded(),
    readInput: Queue.unbounded(),
    readLine: Effect.succeed(""),
    display: (text) =>
      Effect.sync(() => {
        written.push(text)
      })
  })
  const layer = Display.layer.pipe(
    Layer.provide(Layer.succeed(Terminal.Terminal, terminal)),
    Layer.provide(Stdio.layerTest({ stdoutIsTerminal: Effect.succeed(true) }))
  )
  return { written, layer }
}

const runOf = (phase: string, reason: string, message = "") =>
  runLine(runKinds.CodeRun, {
    metadata: { name: "demo" },
    spec: {},
    status: { phase, reason, message, contextVersion: 1 }
  })

it.effect("on a narrow terminal the agent's words have the room, without their time", () => {
  const { layer, written } = terminalOf(80)
  return Effect.gen(function*() {
    const display = yield* Display
    yield* display.run(runOf("Running", "AgentRunning"))
    yield* display.agent("coderun/demo", "12:00:00 agent > Write src/add-a-health-endpoint.js")
    assert.include(written.at(-1), "coderun/demo  Running  agent > Write src/add-a-health-endpoint.js")
  }).pipe(Effect.provide(layer))
})

it.effect("on a wide one everything is shown", () => {
  const { layer, written } = terminalOf(160)
  return Effect.gen(function*() {
    yield* (yield* Display).run(runOf("Running", "AgentRunning", "In a Job."))
    assert.match(written.at(-1) ?? "", /AgentRunning +attempt 1 +In a Job\./)
  }).pipe(Effect.provide(layer))
})

it.effect.each([
  {
    name: "that has ended",
    last: runOf("Failed", "SetupFailed", "word ".repeat(30).trim()),
    shows: "word ".repeat(30).trim()
  },
  { name: "that was deleted", last: deletedLine(runOf("Running", "AgentRunning")), shows: "coderun/demo  Deleted" }
])("the line of a run $name stays whole, and is not painted again", ({ last, shows }) => {
  const { layer, written } = terminalOf(80)
  return Effect.gen(function*() {
    const display = yield* Display
    yield* display.run(runOf("Running", "AgentRunning"))
    yield* display.run(last)
    assert.include(written.at(-1), shows)
    yield* display.print("Try next:")
    assert.strictEqual(written.at(-1), "Try next:\n")
  }).pipe(Effect.provide(layer))
})
