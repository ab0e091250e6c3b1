/** `npm run chart:test`: the chart, rendered by the real helm. `--update` writes what is made from values.yaml, and the golden files. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Stdio } from "effect"
import { chartProblems } from "./ChartProblems.ts"
import { findHelm } from "./Helm.ts"

const program = Effect.gen(function*() {
  const { args } = yield* Stdio.Stdio
  const helm = yield* findHelm
  const results = yield* chartProblems({ helm, update: (yield* args).includes("--update") })
  for (const { name, problem } of results) {
    yield* Console.log(
      problem === undefined ? `ok    ${name}` : `FAIL  ${name}\n      ${problem.replaceAll("\n", "\n      ")}`
    )
  }
  const failed = results.filter(({ problem }) => problem !== undefined).length
  yield* Console.log(`\n${results.length - failed} passed, ${failed} failed`)
  return failed === 0
}).pipe(
  Effect.catchTag("HelmMissing", ({ message }) => Effect.as(Console.error(message), false)),
  Effect.tap((ok) => Effect.sync(() => (process.exitCode = ok ? 0 : 1))),
  Effect.provide(NodeServices.layer)
)

NodeRuntime.runMain(program)
