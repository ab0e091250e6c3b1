import { letGo } from "../ReleaseJob.ts"
import type { Rule } from "../Rule.ts"
import type { Gone } from "../Stage.ts"

/** Jobs of a deleted run of the same name: not ours to stop, but our finalizer must not hold them. */
export const previousIncarnation: Rule<Gone> = (stage) => stage.successor === undefined ? undefined : letGo(stage)
