/**
 * `node tools/tally.ts RESULT...`: the closing line of `.ci/run`, with exit code 1 when anything failed. A RESULT is `EXIT:REPORT` for a
 * run of vitest with the path of its JSON report, `EXIT` for any other step, or `skipped` for one that was left out.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, FileSystem, Stdio } from "effect"
import { formatTally, tallyRun } from "./ci/Tally.ts"

const program = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const { args } = yield* Stdio.Stdio
  const given = yield* args
  const skipped = given.filter((arg) => arg === "skipped").length
  const results = given.filter((arg) => arg !== "skipped").map((arg) => /^(\d+)(?::(.*))?$/.exec(arg) ?? ["", "1"])
  const suites = yield* Effect.forEach(
    results.filter(([, , path]) => path !== undefined),
    ([, exit, path = ""]) =>
      fs.readFileString(path).pipe(
        Effect.orElseSucceed(() => ""),
        Effect.map((report) => ({ report, exit: Number(exit) }))
      )
  )
  const steps = results.filter(([, , path]) => path === undefined).map(([, exit]) => Number(exit))
  const tally = tallyRun(suites, steps, skipped)
  yield* Console.log(formatTally(tally))
  return tally.failed === 0
})

NodeRuntime.runMain(
  program.pipe(
    Effect.tap((ok) => Effect.sync(() => (process.exitCode = ok ? 0 : 1))),
    Effect.provide(NodeServices.layer)
  )
)
