import type { Attempt } from "@orchestrator/domain/Attempt"
import type { StatusWrite } from "../../act/Action.ts"
import { pauseAfter } from "../Pause.ts"
import type { ObservedAlive } from "../Plan.ts"
import { endedWrite, pausedWrite } from "../Status.ts"

const message = "Another ConfigMap has the name that the attempt's files were to have."

/** Somebody was quicker than we in the moment between Job and files: their files are not used, and the next try has other names. */
export const filesTakenWrite = (observed: ObservedAlive, attempt: Attempt): StatusWrite => {
  const pause = pauseAfter(observed, "InfraLost", undefined)
  return pause === undefined
    ? endedWrite(observed, {
      reason: "NameCollision",
      message: `${message} It happens again and again: see who makes ConfigMaps in this namespace.`,
      attempt
    })
    : pausedWrite(observed, { pause, message, attempt, evidence: {} })
}
