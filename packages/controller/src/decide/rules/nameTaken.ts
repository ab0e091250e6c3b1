import { pauseAfter } from "../../attempt/Pause.ts"
import { currentEntry, entryOf } from "../Attempts.ts"
import type { Rule } from "../Rule.ts"
import type { NotStarted, Started } from "../Stage.ts"
import { ended, paused, renamed } from "../Status.ts"

/** An object that is not this run's has a name that this plan wanted: it is left alone. */
export const nameTaken: Rule<NotStarted | Started> = (stage) => {
  switch (stage.learned?._tag) {
    case "JobNameTaken":
      return renamed(stage)
    case "WorkspaceNameTaken":
      return ended(stage, {
        reason: "NameCollision",
        message: `A PersistentVolumeClaim named ${stage.learned.claim} exists and is no workspace of this service.`
      })
    case "FilesNameTaken":
      return filesTaken(stage)
    default:
      return undefined
  }
}

/** Somebody was quicker than we in the moment between Job and files: their files are not used, and the next try has other names. */
const filesTaken = (stage: NotStarted | Started) => {
  const message = "Another ConfigMap has the name that the attempt's files were to have."
  const { now, run } = stage
  const attempt = stage.tag === "Started" ? entryOf(run, stage.job, {}) : currentEntry(run, now, undefined)
  const pause = pauseAfter(stage, "InfraLost", undefined)
  return pause === undefined
    ? ended(stage, {
      reason: "NameCollision",
      message: `${message} It happens again and again: see who makes ConfigMaps in this namespace.`,
      attempt
    })
    : paused(stage, { pause, message, attempt, evidence: {} })
}
