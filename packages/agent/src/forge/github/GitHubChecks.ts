/** Checks at GitHub: statuses, and check runs with what they say. Of those that are jobs of Actions the end of the log is read, too. */
import { Effect, Schema } from "effect"
import type { Check, Discussion } from "../ForgeAdapter.ts"
import type { ForgeError } from "../ForgeError.ts"
import { checkWords, everyPage, statusesOf, together } from "../rest/Discussions.ts"
import { logsOf } from "../rest/LogTail.ts"
import type { RestClient } from "../rest/RestClient.ts"

const CheckRuns = Schema.Struct({
  total_count: Schema.Int,
  check_runs: Schema.Array(Schema.Struct({
    id: Schema.Int,
    name: Schema.String,
    status: Schema.String,
    conclusion: Schema.NullOr(Schema.String),
    app: Schema.optionalKey(Schema.NullOr(Schema.Struct({ slug: Schema.optionalKey(Schema.String) }))),
    output: Schema.Struct({
      title: Schema.NullOr(Schema.String),
      summary: Schema.NullOr(Schema.String),
      text: Schema.NullOr(Schema.String)
    })
  }))
})
type CheckRun = (typeof CheckRuns.Type)["check_runs"][number]

const failing: ReadonlySet<string> = new Set(["failure", "timed_out", "startup_failure", "action_required"])

/** `stale`: given up by GitHub, which has waited for its end. */
const cancelled: ReadonlySet<string> = new Set(["cancelled", "stale"])

const stateOf = ({ conclusion, status }: CheckRun): Check["state"] => {
  if (status !== "completed") return "pending"
  if (cancelled.has(conclusion ?? "")) return "cancelled"
  return failing.has(conclusion ?? "") ? "failed" : "passed"
}

export const checksAt = (
  call: RestClient,
  tail: (path: string) => Effect.Effect<string, ForgeError>,
  repository: string
): Discussion["checks"] =>
  Effect.fnUntraced(function*(commit) {
    const statuses = yield* statusesOf(call, repository, commit)
    const checkRuns = yield* everyPage((page) =>
      call({
        operation: "look for checks at",
        method: "GET",
        path: `${repository}/commits/${commit}/check-runs?${page}`,
        answer: CheckRuns
      }).pipe(Effect.map(({ check_runs, total_count }) => ({ items: check_runs, total: total_count })))
    )
    const jobs = checkRuns.filter((run) => stateOf(run) === "failed" && run.app?.slug === "github-actions")
    const logs = yield* logsOf(jobs.map(({ id }) => id), (id) =>
      tail(`${repository}/actions/jobs/${id}/logs`).pipe(
        Effect.catch((error) => Effect.as(Effect.logWarning(error.message), ""))
      ))
    const runs = checkRuns.map((run): Check => ({
      name: run.name,
      state: stateOf(run),
      words: checkWords(run.output.title, run.output.summary, run.output.text, logs.get(run.id))
    }))
    return together([...statuses, ...runs])
  })
