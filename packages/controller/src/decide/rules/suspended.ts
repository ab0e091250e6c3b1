import type { Rule } from "../Rule.ts"
import type { NotStarted } from "../Stage.ts"
import { waiting } from "../Status.ts"

/** A person has said that it is not to start: it stands in no line, and keeps no workspace. */
export const suspended: Rule<NotStarted> = (stage) =>
  stage.run.suspended
    ? waiting(stage, "Suspended", "The run is suspended. Set spec.suspend to false to start it.")
    : undefined
