import { type FieldProblem, formatProblems } from "@orchestrator/domain/Decode"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { refusedLimits } from "../../attempt/Budget.ts"
import { refusedToolchain } from "../../attempt/Toolchain.ts"
import type { RunSpec } from "../../kinds/RunSpec.ts"
import { refusedRepositories } from "../GitPolicy.ts"
import type { Rule } from "../Rule.ts"
import type { NotStarted, Unreadable } from "../Stage.ts"
import { ended } from "../Status.ts"

/** A spec that cannot be run. */
export const unreadable: Rule<Unreadable> = (stage) =>
  ended(stage, { reason: "InvalidSpec", message: formatProblems(stage.problems) })

interface Judged {
  readonly config: OrchestratorConfig
  readonly problems: ReadonlyArray<FieldProblem>
}

/** Of specs that are still there: whatever a round of a waiting run finds, its spec is the one that was judged before. */
const judged = new WeakMap<RunSpec, Judged>()

const problemsOf = (spec: RunSpec, config: OrchestratorConfig): ReadonlyArray<FieldProblem> => {
  const known = judged.get(spec)
  if (known?.config === config) return known.problems
  const problems = [
    ...refusedRepositories(spec, config),
    ...refusedToolchain(spec, config),
    ...refusedLimits(spec, config)
  ]
  judged.set(spec, { config, problems })
  return problems
}

/** A spec that may not be run here. An attempt that runs already goes on with the spec it was started with. */
export const notAllowed: Rule<NotStarted> = (stage) => {
  const { config, spec } = stage
  const problems = problemsOf(spec, config)
  return problems.length === 0
    ? undefined
    : ended(stage, { reason: "InvalidSpec", message: formatProblems(problems) })
}
