/** Where a run stands. A terminal phase is final for its contextVersion. */
import { Schema } from "effect"

export const Outcome = Schema.Literals(["Succeeded", "Failed", "Cancelled"])
export type Outcome = typeof Outcome.Type

export const Phase = Schema.Literals(["Pending", "Running", ...Outcome.literals])
export type Phase = typeof Phase.Type

const outcomes: ReadonlySet<string | undefined> = new Set(Outcome.literals)

/** Whether nothing more will happen for this contextVersion. */
export const isTerminal = (phase: string | undefined): phase is Outcome => outcomes.has(phase)
