import { pauseAfter } from "../../attempt/Pause.ts"
import { currentEntry, entryOf } from "../Attempts.ts"
import type { Rule } from "../Rule.ts"
import type { NotStarted, Started } from "../Stage.ts"
import { ended, paused, renamed } from "../Status.ts"

/** An object that is not this run's has a name that this plan wanted: it is left alone. */
export const nameTaken: Rule<NotStarted | Started> = (stage) => {
  switch (stage.feedback?._tag) {
    case "JobNameTaken":
      return renamed(stage)
    case "WorkspaceNameTaken":
      return ended(stage, {
        reason: "NameCollision",
        message:
          `A PersistentVolumeClaim named ${stage.feedback.claim} exists and is not a workspace of this service. Delete it, or use another spec.service.`
      })
    case "FilesNameTaken":
      return filesTaken(stage)
  }
}

/** Somebody was quicker than we in the moment between Job and files: their files are not used, and the next try has other names. */
const filesTaken = (stage: NotStarted | Started) => {
  const message = "A ConfigMap with the name of the attempt's files already exists."
  const { now, run } = stage
  const attempt = stage.tag === "Started" ? entryOf(run, stage.job, {}) : currentEntry(run, now, undefined)
  const pause = pauseAfter(stage, "InfraLost", undefined)
  return pause === undefined
    ? ended(stage, {
      reason: "NameCollision",
      message: `${message} This keeps happening: check what creates ConfigMaps in this namespace.`,
      attempt
    })
    : paused(stage, { pause, message, attempt, evidence: {} })
}
