/** ProcessEnd and delivery make the result. */
import type { AgentResult } from "@orchestrator/domain/AgentResult"
import { pushFailure } from "@orchestrator/domain/PushWords"
import type { FailureReason } from "@orchestrator/domain/Reason"
import { DateTime } from "effect"
import { ProcessEnd } from "../../agents/ProcessEnd.ts"
import type { HandedOver } from "./Handover.ts"

type Conclusion = Pick<AgentResult, "outcome" | "reason" | "message" | "remarks">

const failed = (reason: FailureReason, message: string): Conclusion => ({ outcome: "Failed", reason, message })

/** What became of the work of an agent that says that it is done. */
const delivered = (words: string, forced: string | undefined, handedOver: HandedOver | undefined): Conclusion => {
  if (handedOver === undefined) return failed("AgentError", `${words} The work could not be examined.`)
  const { delivery, forgeKnown, problem, pullRequestProblem, remarks = [] } = handedOver
  const message = [...remarks, words].join(" ")
  const said = [...(forced === undefined ? [] : [forced]), ...remarks].join(" ")
  if (problem !== undefined) return failed("AgentError", `The work could not be committed: ${problem}`)
  if (!delivery.changed) {
    return failed(
      "NoChanges",
      remarks.length === 0
        ? `The agent changed nothing: ${words}`
        : `The agent changed nothing that can be delivered. ${message}`
    )
  }
  if (delivery.pushRefused !== undefined) {
    return failed("PushRejected", pushFailure(delivery.branch, delivery.pushRefused))
  }
  if (delivery.headCommit === undefined) {
    return failed("PushRejected", `The remote does not show ${delivery.branch} after the push.`)
  }
  return forgeKnown && delivery.pullRequestUrl === undefined
    ? failed(
      "PullRequestMissing",
      `${delivery.branch} is pushed, without a pull request: ${pullRequestProblem ?? "no word"}`
    )
    : { outcome: "Completed", message, ...(said === "" ? {} : { remarks: said }) }
}

const isoOf = (epochSeconds: number) => DateTime.formatIso(DateTime.makeUnsafe(epochSeconds * 1000))

/** The part of the result that the process's end and the delivery decide. */
export const conclude = (
  processEnd: ProcessEnd,
  handedOver: HandedOver | undefined
): Conclusion & { readonly resetAt?: string } =>
  ProcessEnd.$match(processEnd, {
    Finished: ({ forced, message }): Conclusion & { readonly resetAt?: string } =>
      delivered(message, forced, handedOver),
    OverBudget: ({ complete, forced, message }) => {
      const conclusion = delivered(message, forced, handedOver)
      return complete && conclusion.outcome === "Completed" ? conclusion : failed("BudgetExceeded", message)
    },
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
