/** The end of the agent, and what was seen of its work, in the terms of the report. Whether that is a delivery the controller says. */
import type { AgentResult } from "@orchestrator/domain/AgentResult"
import type { FailureReason } from "@orchestrator/domain/Reason"
import { DateTime } from "effect"
import { ProcessEnd } from "../../agents/ProcessEnd.ts"
import type { HandedOver } from "./Handover.ts"

type Conclusion = Pick<
  AgentResult,
  "outcome" | "reason" | "message" | "remarks" | "resetAt" | "problem" | "forgeKnown" | "pullRequestProblem"
>

const failed = (reason: FailureReason, message: string): Conclusion => ({ outcome: "Failed", reason, message })

/** An agent that says that it is done, with what is to be known of its work. */
const completed = (
  words: string,
  forced: string | undefined,
  { forgeKnown, problem, pullRequestProblem, remarks = [] }: HandedOver
): Conclusion => {
  const said = [...(forced === undefined ? [] : [forced]), ...remarks].join(" ")
  return {
    outcome: "Completed",
    message: [...remarks, words].join(" "),
    ...(said === "" ? {} : { remarks: said }),
    ...(problem === undefined ? {} : { problem }),
    forgeKnown,
    ...(pullRequestProblem === undefined ? {} : { pullRequestProblem })
  }
}

const isoOf = (epochSeconds: number) => DateTime.formatIso(DateTime.makeUnsafe(epochSeconds * 1000))

/** The part of the report that the process's end decides. */
export const conclude = (processEnd: ProcessEnd, handedOver: HandedOver): Conclusion =>
  ProcessEnd.$match(processEnd, {
    Finished: ({ forced, message }) => completed(message, forced, handedOver),
    OverBudget: ({ complete, forced, message }) =>
      complete
        ? { ...completed(message, forced, handedOver), reason: "BudgetExceeded" as const }
        : failed("BudgetExceeded", message),
    Limited: ({ message, resetAt }) => ({
      ...failed("RateLimited", message),
      ...(resetAt === undefined ? {} : { resetAt: isoOf(resetAt) })
    }),
    UpstreamDown: ({ message }) => failed("AgentError", `The model API keeps failing: ${message}`),
    Lost: ({ message }) => failed("AgentError", message),
    SessionInUse: () => failed("AgentError", "The session's id is in use and its transcript cannot be resumed."),
    SessionUnknown: () => failed("AgentError", "The agent finds no session to resume, and none could be started."),
    Failed: ({ message, reason }) => failed(reason, message)
  })
