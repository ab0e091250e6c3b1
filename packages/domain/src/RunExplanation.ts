/**
 * The sentence that matters about a run, and the next step: why it is where it is. Whoever shows a run, a terminal or a page, says this
 * one. Of what the status says and, where that is known, of whom it waits for. Pure.
 */
import { Predicate, Schema } from "effect"
import { nextIn, progressGuide, reasonGuide } from "./ReasonGuide.ts"
import { isCancelling, messageOf, phaseOf, reasonOf, statusText } from "./RunView.ts"

export const RunExplanation = Schema.Struct({
  why: Schema.String.annotate({ description: "Why it is where it is" }),
  next: Schema.String.annotate({ description: "What to do next, or that there is nothing to do" })
}).annotate({ identifier: "RunExplanation", description: "The run in one sentence for people, and the next step" })
export type RunExplanation = typeof RunExplanation.Type

interface Stored {
  readonly metadata?: { readonly deletionTimestamp?: string | undefined }
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: Readonly<Record<string, unknown>>
}

/** Whom it waits for at this moment. */
export interface WaitsFor {
  readonly runs: ReadonlyArray<string>
  readonly limit?: string | undefined
  readonly position?: number | undefined
}

const shownRuns = 3

const named = (runs: ReadonlyArray<string>): string =>
  runs.length <= shownRuns
    ? runs.join(", ")
    : `${runs.slice(0, shownRuns).join(", ")} and ${runs.length - shownRuns} more`

/** `known`: how many runs the message has named, of which these are all that are left. */
const lineOf = ({ limit, position, runs }: WaitsFor, known: number): string => {
  const parts = [
    ...(runs.length === 0 || runs.length === known ? [] : [`it ${known > 0 ? "still " : ""}waits for ${named(runs)}`]),
    ...(limit === undefined ? [] : [`a limit is reached (${limit})`]),
    ...(position === undefined ? [] : [`it is number ${position} in line`])
  ]
  const text = parts.join("; ")
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/** The message of one that waits for runs names all of them, also those that it waits for no longer. */
const namedBefore = (reason: string, message: string, { spec }: Stored): number => {
  const names = spec?.["dependsOn"]
  return reason === "WaitingForDependencies" && message !== "" && Array.isArray(names) ? names.length : 0
}

/** The reason for which it does not move, of its condition Progressing. */
const blockedBy = ({ status }: Stored): string | undefined => {
  const conditions: unknown = status?.["conditions"]
  const found: unknown = Array.isArray(conditions)
    ? conditions.find((each: unknown) =>
      Predicate.isObject(each) && Reflect.get(each, "type") === "Progressing" && Reflect.get(each, "status") === "False"
    )
    : undefined
  const reason: unknown = Predicate.isObject(found) ? Reflect.get(found, "reason") : undefined
  return Predicate.isString(reason) ? reason : undefined
}

const sentence = (text: string): string => (/[.!?:]$/.test(text) ? text : `${text}.`)

export const explain = (run: Stored, waits?: WaitsFor): RunExplanation => {
  if (run.metadata?.deletionTimestamp !== undefined) {
    return { why: "The run is being deleted, with its Job, pod and files.", next: "Nothing." }
  }
  const phase = phaseOf(run)
  const reason = isCancelling(run) ? "Cancelling" : reasonOf(run) ?? (phase === "Pending" ? "Accepted" : "")
  const guide = reasonGuide(reason)
  const message = (reason === reasonOf(run) ? messageOf(run) : undefined)?.trim() ?? ""
  const line = waits === undefined ? "" : lineOf(waits, namedBefore(reason, message, run))
  const resumesAt = phase === "Pending" ? statusText(run, "resumesAt") : undefined
  const why = [
    sentence(message === "" ? guide?.means ?? `The run is ${phase}` : message),
    ...(line === "" ? [] : [line]),
    ...(resumesAt === undefined ? [] : [`It resumes by itself at ${resumesAt}.`])
  ].join(" ")
  const blocked = reason === "Blocked" ? progressGuide(blockedBy(run) ?? "") : undefined
  const known = blocked ?? guide
  return { why, next: known === undefined ? "Read its conditions and its log." : nextIn(phase, known) }
}
