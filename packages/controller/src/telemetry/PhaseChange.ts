/** What a written status tells that the one before did not: another phase or reason, an attempt that began, one that ended, trouble. Pure. */
import type { Attempt } from "@orchestrator/domain/Attempt"
import { type Condition, findCondition } from "@orchestrator/domain/Condition"
import type { StatusWrite } from "../decide/Action.ts"
import type { LiveRun } from "../facts/LiveRun.ts"

export interface PhaseChange {
  /** As it was before. */
  readonly run: LiveRun
  readonly phase: string
  readonly reason: string
  readonly message: string
  /** Whether phase or reason are others than before. */
  readonly moved: boolean
  /** The context version that the status is of. */
  readonly version: number
  /** All that the status has, oldest first. */
  readonly attempts: ReadonlyArray<Attempt>
  /** When the run ended, where it has. */
  readonly finishedAt: string | undefined
  /** Why a working agent is in trouble, where that is told for the first time: its phase and reason stay. */
  readonly trouble: string | undefined
  /** The attempt that is told of for the first time. */
  readonly began: Attempt | undefined
  /** The attempt whose end is told of for the first time. */
  readonly ended: Attempt | undefined
  /** Whether it is the first to name a pull request. */
  readonly pullRequest: boolean
}

const textOf = (value: unknown): string => typeof value === "string" ? value : ""

const attemptsIn = (status: StatusWrite["status"]): ReadonlyArray<Attempt> =>
  Array.isArray(status["attempts"]) ? status["attempts"] : []

const conditionsIn = (status: StatusWrite["status"]): ReadonlyArray<Condition> =>
  Array.isArray(status["conditions"]) ? status["conditions"] : []

const troubleIn = (conditions: ReadonlyArray<Condition> | undefined): string | undefined => {
  const found = findCondition(conditions, "Progressing")
  return found?.status === "False" ? found.reason : undefined
}

/** Undefined where nothing of that has changed. */
export const phaseChange = ({ run, status }: StatusWrite): PhaseChange | undefined => {
  const { status: before } = run
  const known = (attempt: Attempt) => before.attempts?.find(({ jobName }) => jobName === attempt.jobName)
  const attempts = attemptsIn(status)
  const phase = textOf(status["phase"])
  const reason = textOf(status["reason"])
  const moved = phase !== before.phase || reason !== before.reason || status["contextVersion"] !== before.contextVersion
  const ended = attempts.findLast((each) => each.outcome !== undefined && known(each)?.outcome === undefined)
  const began = attempts.findLast((each) => known(each) === undefined)
  const now = troubleIn(conditionsIn(status))
  const trouble = !moved && now !== troubleIn(before.conditions) ? now : undefined
  return moved || ended !== undefined || trouble !== undefined
    ? {
      run,
      phase,
      reason,
      message: textOf(status["message"]),
      moved,
      version: typeof status["contextVersion"] === "number" ? status["contextVersion"] : run.attempt.contextVersion,
      attempts,
      finishedAt: typeof status["finishedAt"] === "string" ? status["finishedAt"] : undefined,
      trouble,
      began,
      ended,
      pullRequest: status["pullRequestUrl"] !== undefined && run.otherStatus["pullRequestUrl"] === undefined
    }
    : undefined
}
