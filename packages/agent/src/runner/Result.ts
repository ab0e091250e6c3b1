/** The last thing that the runner does: its result, for the controller and for people. */
import { type AgentResult, formatAgentResult } from "@orchestrator/domain/AgentResult"
import { Effect, FileSystem } from "effect"
import type { Redact } from "../pod/Redact.ts"
import { epilogue } from "./evidence/Epilogue.ts"
import { Evidence } from "./evidence/Evidence.ts"

/** 0 only for work that is done. */
export const exitCodeFor = ({ outcome }: AgentResult): number =>
  outcome === "Completed" ? 0 : outcome === "Interrupted" ? 143 : 1

const redacted = (result: AgentResult, redact: Redact): AgentResult => ({
  ...result,
  message: redact(result.message),
  ...(result.remarks === undefined ? {} : { remarks: redact(result.remarks) }),
  ...(result.resumeProblem === undefined ? {} : { resumeProblem: redact(result.resumeProblem) }),
  ...(result.delivery?.pushRefused === undefined
    ? {}
    : { delivery: { ...result.delivery, pushRefused: redact(result.delivery.pushRefused) } })
})

/** Writes the termination message, keeps the result with the evidence, and ends the log with what happened. */
export const writeResult = Effect.fn("Result.write")(function*(path: string, result: AgentResult, redact: Redact) {
  const fs = yield* FileSystem.FileSystem
  const evidence = yield* Evidence
  const clean = redacted(result, redact)
  yield* fs.writeFileString(path, formatAgentResult(clean)).pipe(
    Effect.catch((error) => Effect.logError(`cannot write the result to ${path}: ${error.message}`))
  )
  yield* evidence.result(JSON.stringify(clean, undefined, 2))
  for (const line of epilogue(clean, evidence.folder)) yield* Effect.log(line)
})
