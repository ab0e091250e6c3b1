import type { Rule } from "../Rule.ts"
import { runningStatus } from "../RunningStatus.ts"
import type { Started } from "../Stage.ts"

/** The attempt is under way; the status says whether the agent works, and what keeps it from that. */
export const jobRunning: Rule<Started> = (stage) => runningStatus(stage, stage.job)
