/**
 * The decision: total, synchronous. The stage is classified once, then its first rule that matches decides. Reading these lists is reading
 * what the controller does; each position says why it is there.
 */
import { queueLabel } from "@orchestrator/domain/Kueue"
import { usualFrom } from "../attempt/StartClock.ts"
import type { Observed } from "../facts/Observed.ts"
import type { RunSpec } from "../kinds/RunSpec.ts"
import { nextLook } from "./NextLook.ts"
import { withSpent } from "./RecordSpent.ts"
import type { Plan, Rule } from "./Rule.ts"
import { beingDeleted } from "./rules/beingDeleted.ts"
import { budgetSpent } from "./rules/budgetSpent.ts"
import { cancelledBeforeStart, cancelledWhileStarted } from "./rules/cancelled.ts"
import { filesAbsent } from "./rules/filesAbsent.ts"
import { notAllowed, unreadable } from "./rules/invalid.ts"
import { jobAbsent } from "./rules/jobAbsent.ts"
import { jobFailed } from "./rules/jobFailed.ts"
import { jobFinished } from "./rules/jobFinished.ts"
import { jobBeingDeleted, jobGone } from "./rules/jobLost.ts"
import { jobRunning } from "./rules/jobRunning.ts"
import { leftovers } from "./rules/leftovers.ts"
import { marksAbsent } from "./rules/marksAbsent.ts"
import { nameTaken } from "./rules/nameTaken.ts"
import { onHold } from "./rules/onHold.ts"
import { overtime } from "./rules/overtime.ts"
import { pausing } from "./rules/pausing.ts"
import { previousIncarnation } from "./rules/previousIncarnation.ts"
import { evicted, queued } from "./rules/queued.ts"
import { refusedStart, refusedWhileStarted } from "./rules/refusedStart.ts"
import { restoring } from "./rules/restoring.ts"
import { startFailed } from "./rules/startFailed.ts"
import { supersededAttempt } from "./rules/supersededAttempt.ts"
import { suspended } from "./rules/suspended.ts"
import { terminal } from "./rules/terminal.ts"
import { waitingForBudget } from "./rules/waitingForBudget.ts"
import { waitingForCapacity } from "./rules/waitingForCapacity.ts"
import { waitingForDependencies } from "./rules/waitingForDependencies.ts"
import { waitingForWorkspace } from "./rules/waitingForWorkspace.ts"
import { workspaceAbsent } from "./rules/workspaceAbsent.ts"
import {
  type Finished,
  type Gone,
  type NotStarted,
  stageOf,
  type Started,
  type Superseding,
  type Unreadable
} from "./Stage.ts"

type Rules<Stage> = ReadonlyArray<readonly [name: string, rule: Rule<Stage>]>

const inOrder = <Stage>(rules: Readonly<Record<string, Rule<Stage>>>): Rules<Stage> => Object.entries(rules)

const gone = inOrder<Gone>({
  // Of a run that is there nothing is done before its name is free of an earlier one's Jobs.
  previousIncarnation,
  // Nothing else is ever done for a run that goes.
  beingDeleted
})

const finished = inOrder<Finished>({
  // Before a Job is let go: what is not followed would not be seen to end.
  marksAbsent,
  // The last rule: whatever happens to its Job, a finished run is not started again.
  terminal
})

const superseding = inOrder<Superseding>({
  // Before it is stopped: what is not followed would not be seen to end.
  marksAbsent,
  // The last rule: the next attempt may neither start nor end before the one before it is recorded.
  supersededAttempt
})

const withoutSpec = inOrder<Unreadable>({
  // First: what is not known to be new is neither judged nor ended.
  restoring,
  // Before what is wrong with the spec: who cancels wants no more than that.
  cancelled: cancelledBeforeStart,
  invalid: unreadable
})

const notStarted = inOrder<NotStarted>({
  // First: what is not known to be new is neither started nor ended.
  restoring,
  // Before all else: what was cancelled waits for nothing and is judged by nothing.
  cancelled: cancelledBeforeStart,
  // Before every wait: no time makes a spec that may not be run one that may.
  invalid: notAllowed,
  // Before every start: a Job that was there is never made a second time.
  jobLost: jobGone,
  // Before every wait: waiting gives no money back.
  budgetSpent,
  // Before the line: a run that goes on later takes nobody's turn now.
  pausing,
  // Before all that it would stand in line for; after the pause, whose time the status keeps.
  suspended,
  // Before workspace and limits, which a run that waits for others must not hold.
  waitingForDependencies,
  // Before the limits: a slot given to a run whose workspace is in use would stay unused.
  waitingForWorkspace,
  // After the waits that may be long: statuses change only of those that could start now.
  onHold,
  // Before the limits, which open sooner.
  waitingForBudget,
  // Last of the waits: who gets past it starts.
  waitingForCapacity,
  // Both only after `jobAbsent` was tried on the same observation: they say what it met.
  nameTaken,
  refused: refusedStart,
  jobAbsent
})

/** A rule about what the spec is to make again; there is nothing for it to do while the spec cannot be read. */
const ifReadable = (rule: Rule<Started & { readonly spec: RunSpec }>): Rule<Started> => (stage) =>
  stage.spec === undefined ? undefined : rule({ ...stage, spec: stage.spec })

const started = inOrder<Started>({
  // First: only after an action of this stage was tried on the same observation.
  refused: refusedWhileStarted,
  // Before all that waits for events of the Job, or stores its result while it could vanish.
  marksAbsent,
  // Before all else that is tried: the agent is told to stop before anything else is done for it. One that has ended is judged like any other.
  cancelled: cancelledWhileStarted,
  // Before the judgement: a Job that somebody deletes before its agent has ended leaves nothing to judge.
  jobLost: jobBeingDeleted,
  // The agent's own word comes before the Job controller's.
  jobFinished,
  // Where there is no word, or it does not tell who ended the agent.
  jobFailed,
  // The Job has not ended, and its pod has: by Kueue, which would start it a second time.
  evicted,
  // Before the agent's time, which is over with its agent.
  leftovers,
  // Before the start's time: who has begun has the agent's.
  overtime,
  // Only after `workspaceAbsent` or `filesAbsent` was tried on the same observation.
  nameTaken,
  // Before the files, which nobody reads while the pod has no node.
  workspaceAbsent: ifReadable(workspaceAbsent),
  filesAbsent: ifReadable(filesAbsent),
  // After what is mended for a start, so that it has its files when Kueue admits it.
  queued,
  // After what is mended for a start: where that is refused, the cluster's words say more than the pod's.
  startFailed,
  // Last: nothing is to be done, and the status says where the attempt stands.
  jobRunning
})

const firstOf = <Stage>(rules: Rules<Stage>, stage: Stage): Plan => {
  for (const [rule, decide] of rules) {
    const actions = decide(stage)
    if (actions !== undefined) return { rule, actions }
  }
  return { rule: "none", actions: [] }
}

export const plan = (observed: Observed): Plan => {
  const decided = decidedIn(observed)
  return { ...decided, actions: withSpent(observed, decided.actions) }
}

const decidedIn = (observed: Observed): Plan => {
  const stage = stageOf(observed)
  switch (stage.tag) {
    case "Gone":
      return firstOf(gone, stage)
    case "Finished":
      return firstOf(finished, stage)
    case "Superseding":
      return { ...firstOf(superseding, stage), ...nextLook(stage) }
    case "Unreadable":
      return { ...firstOf(withoutSpec, stage), ...nextLook(stage) }
    case "NotStarted": {
      const decided = firstOf(notStarted, stage)
      return { ...decided, ...(starts(decided) ? { wakeAt: usualFrom(stage.now) } : nextLook(stage)) }
    }
    case "Started":
      return { ...firstOf(started, stage), ...nextLook(stage) }
  }
}

/**
 * Whether the round after this one, once it is done, finds nothing to do before something else happens: a Job is made, which nobody queues;
 * the status says where the attempt stands; or every Job of a run that has ended is let go of.
 */
export const isLast = (plan: Plan): boolean => {
  const { actions, rule } = plan
  return starts(plan) || rule === "jobRunning" ||
    (rule === "terminal" && actions.every(({ _tag }) => _tag === "ReleaseJob"))
}

/** What Kueue has to say of its Job, the status tells at once. */
const starts = ({ actions, rule }: Plan): boolean =>
  rule === "jobAbsent" &&
  actions.some((action) => action._tag === "CreateJob" && action.job.metadata.labels?.[queueLabel] === undefined)
