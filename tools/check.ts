/** `npm run check`: everything that can be known without running the program. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Clock, Console, Effect } from "effect"
import { fileURLToPath } from "node:url"
import { perform } from "./check/Check.ts"
import { checks } from "./check/Checks.ts"
import { formatFinding, formatSummary } from "./check/Report.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

const program = Effect.gen(function*() {
  const begin = yield* Clock.currentTimeMillis
  const findings = yield* Effect.forEach(
    checks,
    (check) => perform(check, root).pipe(Effect.tap((finding) => Console.log(formatFinding(finding)))),
    { concurrency: 2 }
  )
  const end = yield* Clock.currentTimeMillis
  yield* Console.log(`\n${formatSummary(findings, end - begin)}`)
  return findings.every(({ ok }) => ok)
})

NodeRuntime.runMain(
  program.pipe(
    Effect.tap((ok) => Effect.sync(() => (process.exitCode = ok ? 0 : 1))),
    Effect.provide(NodeServices.layer)
  )
)
