/** `node Paint.bin.ts COUNT`: paints that many runs as `dev` does, one of them at work, and leaves a line that stays. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect, Layer, Stdio } from "effect"
import { Display } from "../../src/show/Display.ts"

const lineOf = (index: number, phase: string, message: string) => ({
  run: `coderun/run-${index}`,
  phase,
  text: `coderun/run-${index}  ${phase}  Reason  attempt 1`,
  short: `coderun/run-${index}  ${phase}`,
  message,
  isLast: false
})

const painted = Effect.gen(function*() {
  const [count = "1"] = yield* (yield* Stdio.Stdio).args
  const display = yield* Display
  const last = Number(count) - 1
  for (let index = 0; index <= last; index++) {
    yield* display.run(
      lineOf(index, index === last ? "Running" : "Pending", "a message that is longer than the line ".repeat(4))
    )
  }
  yield* display.print("a line that stays")
  for (let word = 1; word <= 30; word++) yield* display.agent(`coderun/run-${last}`, `word ${word}`)
})

NodeRuntime.runMain(painted.pipe(Effect.provide(Layer.provideMerge(Display.layer, NodeServices.layer))))
