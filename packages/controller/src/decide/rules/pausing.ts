import { currentJob } from "../CurrentAttempt.ts"
import { pausedUntil } from "../Pause.ts"
import type { Rule } from "../Plan.ts"

/** A run that goes on by itself later: its status says when, and nothing is done until then. */
export const pausing: Rule = (observed) =>
  currentJob(observed.run, observed.jobs) === undefined && pausedUntil(observed) !== undefined ? [] : undefined
