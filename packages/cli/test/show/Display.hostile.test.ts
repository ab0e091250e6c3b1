/** What an agent prints and what its run says, on the terminal of the person who started it. */
import { assert, it } from "@effect/vitest"
import { runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { Effect, Layer, Queue, Stdio, Terminal } from "effect"
import { runLine } from "../../src/dev/RunLine.ts"
import { Display } from "../../src/show/Display.ts"

const displayOn = (terminal: boolean) => {
  const written: Array<string> = []
  const layer = Display.layer.pipe(
    Layer.provide(Layer.succeed(
      Terminal.Terminal,
      Terminal.make({
        columns: Effect.succeed(100),
        rows: Effect.succeed(24),
        size: Queue.unbounded(),
        readInput: Queue.unbounded(),
        readLine: Effect.succeed(""),
        display: (text) => Effect.sync(() => written.push(text)).pipe(Effect.asVoid)
      })
    )),
    Layer.provide(Stdio.layerTest({ stdoutIsTerminal: Effect.succeed(terminal) }))
  )
  return { layer, written }
}

/** Our own colours and movements, which stand before and after what others said. */
// oxlint-disable-next-line no-control-regex
const ours = /\u001b\[(?:\d*m|\d+A|J)|\r(?=\u001b\[J)/g
// oxlint-disable-next-line no-control-regex
const steers = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/

const attacks = {
  "a clipboard": "\u001b]52;c;cm0gLXJmIC8=\u0007",
  "a link": "\u001b]8;;https://evil.example\u001b\\x\u001b]8;;\u001b\\",
  "an eight-bit sequence": "\u009d0;x\u009c",
  "a second line": "x\ncoderun/other  Succeeded",
  "a line separator": "x\u2028coderun/other  Succeeded",
  "a right-to-left override": "\u202egnp.exe",
  "zero widths": "a\u200b\u2060b",
  "half a character": "x\ud83d",
  "a way back": "failed\rpassed"
}

it.effect.each(
  Object.entries(attacks).flatMap(([attack, text]) => [true, false].map((terminal) => ({ attack, text, terminal })))
)("$attack steers nothing (terminal: $terminal)", ({ terminal, text }) => {
  const { layer, written } = displayOn(terminal)
  return Effect.gen(function*() {
    const display = yield* Display
    const status = (phase: string) => ({ phase, reason: text, message: text, contextVersion: 1 })
    yield* display.run(runLine(runKinds.CodeRun, { metadata: { name: "demo" }, spec: {}, status: status("Running") }))
    yield* display.agent("coderun/demo", `12:00:00 ${text}`)
    yield* display.run(runLine(runKinds.CodeRun, { metadata: { name: "demo" }, spec: {}, status: status("Failed") }))
    const all = written.join("").replaceAll(ours, "")
    assert.notMatch(all, steers)
    for (const line of all.split("\n")) assert.isFalse(line.startsWith("coderun/other"), line)
  }).pipe(Effect.provide(layer))
})
