/** What a plan is, and the rules that make it. */
import type { DateTime } from "effect"
import type { Action } from "./Action.ts"

export interface Plan {
  readonly rule: string
  readonly actions: ReadonlyArray<Action>
  /** When to look again although nothing has happened. */
  readonly wakeAt?: DateTime.Utc
}

/** A rule answers with what to do, or undefined when its condition does not hold. */
export type Rule<Stage> = (stage: Stage) => ReadonlyArray<Action> | undefined
