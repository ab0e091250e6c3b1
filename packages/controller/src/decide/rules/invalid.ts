import { formatProblems } from "@orchestrator/domain/Decode"
import { refusedLimits } from "../../attempt/Budget.ts"
import { refusedToolchain } from "../../attempt/Toolchain.ts"
import { refusedRepositories } from "../GitPolicy.ts"
import type { Rule } from "../Rule.ts"
import type { NotStarted, Unreadable } from "../Stage.ts"
import { ended } from "../Status.ts"

/** A spec that cannot be run. */
export const unreadable: Rule<Unreadable> = (stage) =>
  ended(stage, { reason: "InvalidSpec", message: formatProblems(stage.problems) })

/** A spec that may not be run here. An attempt that runs already goes on with the spec it was started with. */
export const notAllowed: Rule<NotStarted> = (stage) => {
  const { config, spec } = stage
  const problems = [
    ...refusedRepositories(spec, config),
    ...refusedToolchain(spec, config),
    ...refusedLimits(spec, config)
  ]
  return problems.length === 0
    ? undefined
    : ended(stage, { reason: "InvalidSpec", message: formatProblems(problems) })
}
