/** Why a run cannot go on, in the terms of its result. */
import { FailureReason } from "@orchestrator/domain/Reason"
import { Schema } from "effect"

export class RunFailure extends Schema.TaggedError<RunFailure>()("RunFailure", {
  reason: FailureReason,
  message: Schema.String
}) {}

/** The environment, a repository or a file is not as the run needs it. */
export const setupFailed = (message: string) => new RunFailure({ reason: "SetupFailed", message })
