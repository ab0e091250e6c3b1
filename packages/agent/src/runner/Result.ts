/** The last thing that the runner does: its result as the container's termination message. */
import { type AgentResult, formatAgentResult } from "@orchestrator/domain/AgentResult"
import { Effect, FileSystem } from "effect"
import type { Redact } from "./Redact.ts"

/** 0 only for work that is done. */
export const exitCodeFor = ({ outcome }: AgentResult): number =>
  outcome === "Completed" ? 0 : outcome === "Interrupted" ? 143 : 1

const redacted = (result: AgentResult, redact: Redact): AgentResult => ({
  ...result,
  message: redact(result.message),
  ...(result.resumeProblem === undefined ? {} : { resumeProblem: redact(result.resumeProblem) }),
  ...(result.delivery?.pushRefused === undefined
    ? {}
    : { delivery: { ...result.delivery, pushRefused: redact(result.delivery.pushRefused) } })
})

/** Writes the termination message and says in the log how the run ended. */
export const writeResult = Effect.fn("Result.write")(function*(path: string, result: AgentResult, redact: Redact) {
  const fs = yield* FileSystem.FileSystem
  const clean = redacted(result, redact)
  yield* Effect.log(`${result.reason ?? result.outcome}: ${clean.message}`)
  yield* fs.writeFileString(path, formatAgentResult(clean)).pipe(
    Effect.catch((error) => Effect.logError(`cannot write the result to ${path}: ${error.message}`))
  )
})
