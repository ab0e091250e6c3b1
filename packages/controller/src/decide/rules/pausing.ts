import { pausedUntil } from "../../attempt/Pause.ts"
import type { Rule } from "../Rule.ts"
import type { NotStarted } from "../Stage.ts"

/** A run that goes on by itself later: its status says when, and nothing is done until then. */
export const pausing: Rule<NotStarted> = (stage) => pausedUntil(stage) === undefined ? undefined : []
