/** Why the attempt before did not count, for the next one's agent: written by the controller, read by the runner. */
import { Schema } from "effect"
import { printable } from "./Printable.ts"

const longest = 1500

export const PreviousAttempt = Schema.Struct({
  /** A reason of a run that has ended, or waits. */
  reason: Schema.String,
  /** In the words of whoever knows: the remote, the forge, the kubelet. */
  message: Schema.optionalKey(Schema.String)
})
export type PreviousAttempt = typeof PreviousAttempt.Type

/** The words as they are kept in a status and said in a prompt: what a remote says may be anything. */
export const wordsOfAttempt = (message: string): string => printable(message, { max: longest })

export const PreviousAttemptText = Schema.fromJsonString(PreviousAttempt)
