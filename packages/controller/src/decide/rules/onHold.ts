import type { Rule } from "../Rule.ts"
import type { NotStarted } from "../Stage.ts"
import { waiting } from "../Status.ts"

/** No run starts now, and this one would. */
export const onHold: Rule<NotStarted> = (stage) =>
  stage.hold === undefined ? undefined : waiting(stage, stage.hold.reason, stage.hold.message)
