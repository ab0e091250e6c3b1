/** The decision: total, synchronous, first matching rule wins. Reading this list is reading what the controller does. */
import type { DateTime } from "effect"
import type { Action } from "../act/Action.ts"
import type { Observed, ObservedRun } from "../facts/Observed.ts"
import { nextLook } from "./NextLook.ts"
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
import { leftovers } from "./rules/leftovers.ts"
import { overtime } from "./rules/overtime.ts"
import { pausing } from "./rules/pausing.ts"
import { previousIncarnation } from "./rules/previousIncarnation.ts"
import { startFailed } from "./rules/startFailed.ts"
import { supersededAttempt } from "./rules/supersededAttempt.ts"
import { terminal } from "./rules/terminal.ts"
import { waitingForCapacity } from "./rules/waitingForCapacity.ts"
import { waitingForDependencies } from "./rules/waitingForDependencies.ts"
import { waitingForWorkspace } from "./rules/waitingForWorkspace.ts"
import { workspaceAbsent } from "./rules/workspaceAbsent.ts"

export interface Plan {
  readonly rule: string
  readonly actions: ReadonlyArray<Action>
  /** When to look again although nothing has happened. */
  readonly wakeAt?: DateTime.Utc
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
  ["pausing", pausing],
  ["waitingForDependencies", waitingForDependencies],
  ["waitingForWorkspace", waitingForWorkspace],
  ["waitingForCapacity", waitingForCapacity],
  ["jobAbsent", jobAbsent],
  ["jobFinished", jobFinished],
  ["jobFailed", jobFailed],
  ["leftovers", leftovers],
  ["overtime", overtime],
  ["startFailed", startFailed],
  ["workspaceAbsent", workspaceAbsent],
  ["filesAbsent", filesAbsent],
  ["jobRunning", jobRunning]
]

export const plan = (observed: Observed): Plan => {
  const { run } = observed
  if (run === undefined || run.deleting) return { rule: "beingDeleted", actions: beingDeleted(observed) }
  const alive = { ...observed, run }
  for (const [name, rule] of rules) {
    const actions = rule(alive)
    if (actions !== undefined) return { rule: name, actions, ...wake(alive) }
  }
  return { rule: "none", actions: [] }
}

const wake = (observed: ObservedAlive): Pick<Plan, "wakeAt"> => {
  const wakeAt = nextLook(observed)
  return wakeAt === undefined ? {} : { wakeAt }
}
