import type { Attempt } from "@orchestrator/domain/Attempt"
import { type ConditionFact, findCondition } from "@orchestrator/domain/Condition"
import { type KindName, runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { sentence } from "@orchestrator/domain/Text"
import { isAlive } from "../attempt/CurrentAttempt.ts"
import { isEdited } from "../attempt/SpecEdit.ts"
import { isPast, usualUntil } from "../attempt/StartClock.ts"
import type { LiveRun } from "../facts/LiveRun.ts"
import type { ObservedJob, PresentRun } from "../facts/Observed.ts"
import type { Action } from "./Action.ts"
import { currentEntry } from "./Attempts.ts"
import type { Failure } from "./Judge.ts"
import { type Standing, standingOf } from "./Standing.ts"
import { running } from "./Status.ts"

/**
 * Running, with where the current attempt stands. The first word on an attempt is that its agent's container runs, unless that takes
 * longer than usual: one status for a usual start. A status that tells of another attempt, or of an end, is not left standing for so long.
 */
export const runningStatus = (observed: PresentRun, job: ObservedJob): ReadonlyArray<Action> => {
  const { now, run } = observed
  if (!isAlive(job) && job.stopping === undefined) return []
  const standing = standingOf(job, now)
  const isYoung = standing.usual === true && !isPast(now, usualUntil(job) ?? now)
  if (isYoung && isPending(run)) return []
  const said = isYoung ? startingSoon(job.name) : standing
  return write(observed, currentEntry(run, now, job), said, editFacts(run, job))
}

/** The same of a Job that is about to be made. */
export const startingStatus = (observed: PresentRun): ReadonlyArray<Action> => {
  const { now, run } = observed
  return isPending(run) ? [] : write(observed, currentEntry(run, now, undefined), startingSoon(run.jobName), [])
}

/** Running, with what keeps it from going on, whatever else is known of it. */
export const blockedStatus = (observed: PresentRun, attempt: Attempt, standing: Standing): ReadonlyArray<Action> =>
  write(observed, attempt, standing, [])

const isPending = ({ status: { phase } }: LiveRun): boolean => phase === undefined || phase === "Pending"

const startingSoon = (job: string): Standing => ({ begun: false, message: `The Job ${job} is starting.` })

const write = (
  observed: PresentRun,
  attempt: Attempt,
  standing: Standing,
  facts: ReadonlyArray<ConditionFact>
): ReadonlyArray<Action> => {
  const { run } = observed
  const message = steady(run, standing)
  const { begun, cancelling, trouble, usual } = standing
  const isKept = trouble !== undefined && usual !== true
  const progress: ReadonlyArray<ConditionFact> = isKept
    ? [{ type: "Progressing", status: "False", reason: trouble.reason, message }]
    : findCondition(run.status.conditions, "Progressing")?.status === "False"
    ? [moving]
    : []
  const reason = cancelling === true ? "Cancelling" : begun ? "AgentRunning" : isKept ? "Blocked" : "Starting"
  return running(observed, reason, message, attempt, [...progress, ...facts])
}

const moving: ConditionFact = {
  type: "Progressing",
  status: "True",
  reason: "Started",
  message: "The pod is starting or running."
}

/** Numbers and ids in what others say change from try to try; what they speak of does not. */
const kernel = (text: string): string => text.replace(/[0-9a-f]{8,}|\d+/gi, "#")

/** With what a person does about it, where that is known; the first moments of a start need nobody. */
const advised = ({ message, trouble, usual }: Standing): string =>
  trouble?.failure === undefined || usual === true ? message : `${sentence(message)} ${trouble.failure.advice}`

/** What was said of the same trouble stays, when what is said now differs in numbers only, or is less. */
const steady = ({ status }: LiveRun, standing: Standing): string => {
  const { message, trouble } = standing
  const full = advised(standing)
  const before = findCondition(status.conditions, "Progressing")
  if (trouble === undefined || before?.status !== "False" || before.reason !== trouble.reason) return full
  const said = before.message ?? ""
  return kernel(said) === kernel(full) || said.startsWith(`${message.replace(/\.$/, "")}: `) ? said : full
}

/** How a run ends whose start has stood like this for too long. */
export const failureOf = (run: LiveRun, standing: Standing): Failure | undefined => {
  const failure = standing.trouble?.failure
  return failure === undefined ? undefined : {
    reason: failure.reason,
    message: `${steady(run, { ...standing, usual: false })} Then retry: ${again(run)}.`
  }
}

const again = ({ attempt: { contextVersion }, kind, name, namespace }: LiveRun): string =>
  runKinds[kind].hasVersions
    ? `kubectl patch ${runKinds[kind].singular} ${name} -n ${namespace} --type merge -p '{"spec":{"contextVersion":${
      contextVersion + 1
    }}}'`
    : "create the run again under another name"

/** Whether the spec was edited since the attempt was started with it. */
const editFacts = (run: LiveRun, job: ObservedJob): ReadonlyArray<ConditionFact> => {
  if (isEdited(run, job)) {
    return [{ type: "EditPending", status: "True", reason: "WaitsForNextAttempt", message: waits(run.kind) }]
  }
  return findCondition(run.status.conditions, "EditPending")?.status === "True"
    ? [{ type: "EditPending", status: "False", reason: "NoEdit", message: "The attempt uses the current spec." }]
    : []
}

const waits = (kind: KindName): string =>
  runKinds[kind].hasVersions
    ? "The spec was changed while this attempt was running. Raise spec.contextVersion to apply the change."
    : `The spec was changed while the run was in progress, which has no effect. Create another ${kind}.`
