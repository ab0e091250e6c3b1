/** The last thing that the runner does: its result, for the controller and for people. */
import { type AgentResult, formatAgentResult, mapWords } from "@orchestrator/domain/AgentResult"
import { Effect, FileSystem } from "effect"
import type { Redact } from "../pod/Redact.ts"
import { epilogue } from "./evidence/Epilogue.ts"
import { Evidence } from "./evidence/Evidence.ts"

/** 0: the agent has completed. What became of its work is another question, which the exit code does not answer. */
export const exitCodeFor = ({ outcome }: AgentResult): number =>
  outcome === "Completed" ? 0 : outcome === "Interrupted" ? 143 : 1

/** Writes the termination message, keeps the result with the evidence, and ends the log with what happened. */
export const writeResult = Effect.fn("Result.write")(function*(path: string, result: AgentResult, redact: Redact) {
  const fs = yield* FileSystem.FileSystem
  const evidence = yield* Evidence
  const clean = mapWords(result, redact)
  yield* fs.writeFileString(path, formatAgentResult(clean)).pipe(
    Effect.catch((error) => Effect.logError(`cannot write the result to ${path}: ${error.message}`))
  )
  yield* evidence.result(JSON.stringify(clean, undefined, 2))
  for (const line of epilogue(clean, evidence.folder)) yield* Effect.log(line)
})
