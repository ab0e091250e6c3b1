/** What people see of a stored run, whatever its status holds: the JSON answer and the line on a terminal say the same. */
import { Predicate } from "effect"
import { cancelMeant } from "./Cancellation.ts"
import { isTerminal } from "./Phase.ts"

interface Stored {
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: Readonly<Record<string, unknown>>
}

/** A status field that is a text. */
export const statusText = ({ status }: Stored, field: string): string | undefined => {
  const value = status?.[field]
  return Predicate.isString(value) ? value : undefined
}

const numberIn = (fields: Stored["spec"], field: string): number | undefined => {
  const value = fields?.[field]
  return Predicate.isNumber(value) ? value : undefined
}

/** The version that is asked for, where the status tells of the end of an earlier one. */
const askedAgain = (run: Stored): number | undefined => {
  const wanted = numberIn(run.spec, "contextVersion") ?? 1
  const seen = numberIn(run.status, "contextVersion") ?? wanted
  return wanted > seen && isTerminal(statusText(run, "phase") ?? "") ? wanted : undefined
}

/** Where the run stands: one that the controller has not seen yet is pending, and one that is tried again has not ended. */
export const phaseOf = (run: Stored): string =>
  askedAgain(run) === undefined ? statusText(run, "phase") || "Pending" : "Pending"

export const reasonOf = (run: Stored): string | undefined =>
  askedAgain(run) === undefined ? statusText(run, "reason") : "Accepted"

export const messageOf = (run: Stored): string | undefined => {
  const wanted = askedAgain(run)
  return wanted === undefined ? statusText(run, "message") : `Attempt ${wanted} has been requested and has not started.`
}

/** Whether the run has been asked to stop and has not ended. */
export const isCancelling = (run: Stored): boolean => {
  if (isTerminal(phaseOf(run))) return false
  const { spec, status } = run
  const seen = numberIn(status, "contextVersion")
  const wanted = Math.max(numberIn(spec, "contextVersion") ?? 1, seen ?? 0)
  const cancelVersion = numberIn(spec, "cancelVersion")
  const cancelledVersion = numberIn(status, "cancelledVersion")
  const meant = spec?.["cancel"] === true
    ? cancelMeant({ wanted, seen, phase: statusText(run, "phase"), cancelVersion, cancelledVersion })
    : 0
  return Math.max(meant, cancelVersion ?? 0) >= wanted
}

/** The attempt that the status speaks of, 1 for the first. */
export const attemptOf = ({ status }: Stored): number =>
  Predicate.isNumber(status?.["contextVersion"]) ? status["contextVersion"] : 1

/** What the run has spent so far, in USD; undefined where nothing is known. */
export const costOf = ({ status }: Stored): number | undefined => {
  const usage = status?.["usage"]
  const cost = Predicate.isObject(usage) ? Reflect.get(usage, "costUsd") : undefined
  return Predicate.isNumber(cost) ? cost : undefined
}
