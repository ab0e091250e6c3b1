/** `node tools/tally.ts REPORT TEST_EXIT [STEP_EXIT...]`: the closing line of `.ci/run`, with exit code 1 when anything failed. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, FileSystem, Stdio } from "effect"
import { formatTally, tallyRun } from "./ci/Tally.ts"

const program = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const { args } = yield* Stdio.Stdio
  const [path = "", testExit = "1", ...steps] = yield* args
  const report = yield* Effect.orElseSucceed(fs.readFileString(path), () => "")
  const tally = tallyRun(report, Number(testExit), steps.map(Number))
  yield* Console.log(formatTally(tally))
  return tally.failed === 0
})

NodeRuntime.runMain(
  program.pipe(
    Effect.tap((ok) => Effect.sync(() => (process.exitCode = ok ? 0 : 1))),
    Effect.provide(NodeServices.layer)
  )
)
