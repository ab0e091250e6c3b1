/**
 * `node tools/tally.ts < RESULTS`: what failed and the closing line of `.ci/run`, with exit code 1 when anything failed. A line of RESULTS is
 * `EXIT<tab>NAME<tab>FILE`, FILE being vitest's JSON report or, of any other step, what it printed; or `skipped<tab>NAME`.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, FileSystem, Stdio, Stream } from "effect"
import { formatTally, tallyRun } from "./ci/Tally.ts"

const program = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const { stdin } = yield* Stdio.Stdio
  const results = (yield* stdin.pipe(Stream.decodeText, Stream.mkString)).split("\n").filter((line) => line !== "")
    .map((line) => line.split("\t"))
  const steps = yield* Effect.forEach(
    results.filter(([exit]) => exit !== "skipped"),
    ([exit, name = "", file = ""]) =>
      fs.readFileString(file).pipe(
        Effect.orElseSucceed(() => ""),
        Effect.map((text) => ({
          name,
          exit: Number(exit),
          ...(file.endsWith(".json") ? { report: text } : { printed: text })
        }))
      )
  )
  const tally = tallyRun(steps, results.length - steps.length)
  yield* Console.log(formatTally(tally))
  return tally.failed === 0
})

NodeRuntime.runMain(
  program.pipe(
    Effect.tap((ok) => Effect.sync(() => (process.exitCode = ok ? 0 : 1))),
    Effect.provide(NodeServices.layer)
  )
)
