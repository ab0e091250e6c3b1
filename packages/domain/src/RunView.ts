/** What people see of a stored run, whatever its status holds: the JSON answer and the line on a terminal say the same. */
import { Predicate } from "effect"

interface Stored {
  readonly status?: Readonly<Record<string, unknown>>
}

/** A status field that is a text. */
export const statusText = ({ status }: Stored, field: string): string | undefined => {
  const value = status?.[field]
  return Predicate.isString(value) ? value : undefined
}

/** Where the run stands: a run that the controller has not seen yet is pending. */
export const phaseOf = (run: Stored): string => statusText(run, "phase") || "Pending"

/** The attempt that the status speaks of, 1 for the first. */
export const attemptOf = ({ status }: Stored): number =>
  Predicate.isNumber(status?.["contextVersion"]) ? status["contextVersion"] : 1
