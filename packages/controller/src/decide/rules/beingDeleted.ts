import { letGo } from "../ReleaseJob.ts"
import type { Rule } from "../Rule.ts"
import type { Gone } from "../Stage.ts"

/**
 * Nothing is started for a run that goes; its Jobs are let go once Kubernetes has marked them for deletion, or when they were left behind: these
 * go on to their end.
 */
export const beingDeleted: Rule<Gone> = letGo
