/** What a command that changes or waits for runs prints at its end, and the failure that its exit code is. */
import { Clock, Console, Effect } from "effect"
import { CommandFailed } from "../connect/CommandFailed.ts"
import type { RunAnswer } from "../runs/RunAnswer.ts"
import { answerRef, exitCodeOf } from "../runs/RunView.ts"
import { printRuns } from "../show/Output.ts"
import type { OutputFormat } from "../show/OutputFormat.ts"

/** For people a sentence, `coderun/a created`; for programs the run itself. */
export const reportChange = Effect.fnUntraced(function*(run: RunAnswer, done: string, output: OutputFormat) {
  const now = yield* Clock.currentTimeMillis
  yield* Console.log(output === "table" ? `${answerRef(run)} ${done}` : printRuns([run], output, now, true))
})

/** Fails with the exit code of the first that did not deliver. */
export const endWith = Effect.fnUntraced(function*(runs: ReadonlyArray<RunAnswer>) {
  const failed = runs.filter((run) => exitCodeOf(run) !== 0)
  const [first] = failed
  if (first === undefined) return
  return yield* new CommandFailed({
    exitCode: exitCodeOf(first),
    message: failed.map(endText).join("\n")
  })
})

const endText = (run: RunAnswer): string => {
  const ref = answerRef(run)
  const { message, phase, reason } = run
  const next = phase === "Cancelled" || reason === "NoChanges"
    ? `Try again: orchestrator retry ${ref}`
    : `Read why: orchestrator logs ${ref}; try again: orchestrator retry ${ref} --hint "..."`
  return `${ref} ${phase}${reason === undefined ? "" : ` (${reason})`}${
    message === undefined || message === "" ? "" : `: ${message}`
  }\n${next}`
}
