import { formatProblems } from "@orchestrator/domain/Decode"
import { Result } from "effect"
import { refusedLimits } from "../Budget.ts"
import { currentJob } from "../CurrentAttempt.ts"
import { refusedRepositories } from "../GitPolicy.ts"
import type { Rule } from "../Plan.ts"
import { ended } from "../Status.ts"

/** A spec that cannot be run, or may not. An attempt that runs already goes on with the spec it was started with. */
export const invalid: Rule = (observed) => {
  const { config, jobs, run } = observed
  if (currentJob(run, jobs) !== undefined) return undefined
  const problems = Result.isFailure(run.spec)
    ? run.spec.failure
    : [
      ...refusedRepositories(run.spec.success.repositories, config),
      ...refusedLimits(run.spec.success, config)
    ]
  return problems.length === 0
    ? undefined
    : ended(observed, { reason: "InvalidSpec", message: formatProblems(problems) })
}
