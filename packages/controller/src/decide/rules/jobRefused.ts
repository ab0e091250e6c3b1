import { explainRefusal } from "../Refusal.ts"
import type { Rule } from "../Rule.ts"
import type { NotStarted } from "../Stage.ts"
import { ended, refused } from "../Status.ts"

/** The cluster refuses the Job: for as long as a quota or a policy does, or for ever. */
export const jobRefused: Rule<NotStarted> = (stage) => {
  switch (stage.feedback?._tag) {
    case "JobForbidden":
      return refused(stage, explainRefusal("Job", stage.feedback.words))
    case "JobInvalid":
      return ended(stage, {
        reason: "InvalidSpec",
        message: explainRefusal("Job", stage.feedback.words).message
      })
    default:
      return undefined
  }
}
