/**
 * The decision: total, synchronous, first matching rule wins. Reading this list is reading what the controller does.
 * Places kept for what follows: dependencies and limits between `supersededAttempt` and `waitingForWorkspace`, automatic retries after
 * infrastructure loss before `jobFailed`.
 */
import type { Action } from "./Action.ts"
import type { Observed, ObservedRun } from "./Observed.ts"
import { beingDeleted } from "./rules/beingDeleted.ts"
import { budgetSpent } from "./rules/budgetSpent.ts"
import { cancelled } from "./rules/cancelled.ts"
import { filesAbsent } from "./rules/filesAbsent.ts"
import { invalid } from "./rules/invalid.ts"
import { jobAbsent } from "./rules/jobAbsent.ts"
import { jobFailed } from "./rules/jobFailed.ts"
import { jobFinished } from "./rules/jobFinished.ts"
import { jobLost } from "./rules/jobLost.ts"
import { jobRunning } from "./rules/jobRunning.ts"
import { previousIncarnation } from "./rules/previousIncarnation.ts"
import { supersededAttempt } from "./rules/supersededAttempt.ts"
import { terminal } from "./rules/terminal.ts"
import { waitingForWorkspace } from "./rules/waitingForWorkspace.ts"

export interface Plan {
  readonly rule: string
  readonly actions: ReadonlyArray<Action>
}

/** An Observed whose run is there. */
export interface ObservedAlive extends Observed {
  readonly run: ObservedRun
}

/** A rule answers with what to do, or undefined when its condition does not hold. */
export type Rule = (observed: ObservedAlive) => ReadonlyArray<Action> | undefined

const rules: ReadonlyArray<readonly [name: string, rule: Rule]> = [
  ["previousIncarnation", previousIncarnation],
  ["terminal", terminal],
  ["supersededAttempt", supersededAttempt],
  ["cancelled", cancelled],
  ["invalid", invalid],
  ["jobLost", jobLost],
  ["budgetSpent", budgetSpent],
  ["waitingForWorkspace", waitingForWorkspace],
  ["jobAbsent", jobAbsent],
  ["jobFinished", jobFinished],
  ["jobFailed", jobFailed],
  ["filesAbsent", filesAbsent],
  ["jobRunning", jobRunning]
]

export const plan = (observed: Observed): Plan => {
  const { run } = observed
  if (run === undefined || run.deleting) return { rule: "beingDeleted", actions: beingDeleted(observed) }
  const alive = { ...observed, run }
  for (const [name, rule] of rules) {
    const actions = rule(alive)
    if (actions !== undefined) return { rule: name, actions }
  }
  return { rule: "none", actions: [] }
}
