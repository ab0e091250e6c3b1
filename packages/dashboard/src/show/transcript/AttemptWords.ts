/** An attempt of a run in words. Pure. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { duration, millisOf } from "../Ages.ts"
import { attemptKey, attemptTitle } from "../AttemptNames.ts"
import { dollars } from "../Dollars.ts"

type Known = NonNullable<NonNullable<AnyRun["status"]>["attempts"]>[number]

export interface AttemptWords {
  /** As the API names it. */
  readonly key: string
  /** `Attempt 2`, `Attempt 2, retry 1`. */
  readonly name: string
  readonly tone: "active" | "good" | "bad" | "calm"
  /** `Running`, `Failed: BudgetExceeded`. */
  readonly outcome: string
  /** How long it took and what it cost, as far as that is known. */
  readonly details: ReadonlyArray<string>
  readonly message: string | undefined
}

const tones: Readonly<Record<string, AttemptWords["tone"]>> = { Succeeded: "good", Failed: "bad" }

const wordsOf = (attempt: Known): AttemptWords => {
  const { finishedAt, message, outcome, reason, startedAt, usage } = attempt
  const [from, to] = [millisOf(startedAt), millisOf(finishedAt)]
  return {
    key: attemptKey(attempt),
    name: attemptTitle(attempt),
    tone: outcome === undefined ? "active" : tones[outcome] ?? "calm",
    outcome: outcome === undefined
      ? "Running"
      : reason === undefined || outcome === "Succeeded"
      ? outcome
      : `${outcome}: ${reason}`,
    details: [
      ...(from === undefined || to === undefined ? [] : [duration(to - from)]),
      ...(usage?.costUsd === undefined ? [] : [dollars(usage.costUsd)])
    ],
    message
  }
}

/** Oldest first. */
export const attemptsOf = ({ status }: AnyRun): ReadonlyArray<AttemptWords> => (status?.attempts ?? []).map(wordsOf)
