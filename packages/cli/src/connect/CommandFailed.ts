/** Why a command ends without success: what to say, and the exit code that scripts go by. */
import { Runtime, Schema } from "effect"

/** Exit codes beside 0 and 1, as the guide of the command line lists them. */
export const exitCodes = { nothingToChange: 3, failed: 4, cancelled: 5, timeout: 124 } as const

export class CommandFailed extends Schema.TaggedError<CommandFailed>()("CommandFailed", {
  message: Schema.String,
  /** The contract's name of the problem, where the server answered with one. */
  problem: Schema.optionalKey(Schema.String),
  exitCode: Schema.optionalKey(Schema.Int)
}) {
  override readonly [Runtime.errorExitCode] = this.exitCode ?? 1
}
