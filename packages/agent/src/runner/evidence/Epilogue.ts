/** The last five lines of the log: who worked, what became of it, where to look, and how it ended with what to do next. */
import type { AgentResult } from "@orchestrator/domain/AgentResult"
import type { FailureReason } from "@orchestrator/domain/Reason"
import { short } from "../../pod/Short.ts"

const widest = 600

/** For reasons that the runner gives; the controller's own are explained by it. */
const nextSteps: { readonly [reason in FailureReason]?: string } = {
  InvalidSpec: "Correct the run's spec and raise its contextVersion.",
  TemplateError: "Correct the agent templates, then raise contextVersion.",
  SetupFailed: "Correct what it names, then raise contextVersion.",
  BudgetExceeded: "Raise spec.maxCostUsd or spec.maxTurns and contextVersion to continue the session.",
  RateLimited: "Nothing: the run resumes when the limit ends.",
  AgentError: "Read the end of stream.jsonl; raise contextVersion to continue in the same session."
}

/** For work that is done: what was seen to be missing of it. */
const nextFor = ({ delivery, problem, pullRequestProblem }: AgentResult): string => {
  if (problem !== undefined) return "Correct what keeps the work from being committed, then raise contextVersion."
  if (delivery?.pushRefused !== undefined) {
    return "Correct what the remote rejects, then raise contextVersion; documents are above, as a patch."
  }
  if (delivery?.changed === false) {
    return "Read the agent's last message; raise contextVersion with a promptModification to continue in the same session."
  }
  return pullRequestProblem === undefined
    ? ""
    : "Correct what the forge rejects, then raise contextVersion: the branch is pushed."
}

const count = (value: number | undefined) => (value ?? 0).toLocaleString("en")

const agentLine = ({ resumed, resumeProblem, sessionId, usage }: AgentResult): string => {
  if (sessionId === undefined) return "the agent: was not started"
  const how = resumed === true ? ", resumed" : resumeProblem === undefined ? "" : `, new (${short(resumeProblem)})`
  const used = usage === undefined
    ? "; its usage is unknown"
    : `; ${count(usage.turns)} turns, ${count(usage.inputTokens)} tokens in, ${count(usage.outputTokens)} out, $${
      (usage.costUsd ?? 0).toFixed(4)
    }`
  return `the agent: session ${sessionId}${how}${used}`
}

const workLine = ({ delivery, problem }: AgentResult): string => {
  if (delivery === undefined) return "the work: not examined"
  const { branch, changed, headCommit, pushRefused } = delivery
  if (problem !== undefined) return `the work: ${branch}, not committed: ${short(problem, widest)}`
  if (pushRefused !== undefined) {
    return `the work: ${branch}, not pushed: ${short(pushRefused, widest)}`
  }
  if (!changed) return `the work: no changes on ${branch}`
  return headCommit === undefined
    ? `the work: ${branch} is not on the remote`
    : `the work: pushed ${branch} at ${headCommit.slice(0, 12)}`
}

const pullRequestLine = ({ delivery, forgeKnown, pullRequestProblem }: AgentResult): string => {
  const { changed, headCommit, pullRequestUrl } = delivery ?? {}
  if (pullRequestUrl !== undefined) return `the pull request: ${pullRequestUrl}`
  if (pullRequestProblem !== undefined) return `the pull request: none: ${short(pullRequestProblem, widest)}`
  return `the pull request: none${
    forgeKnown === false && changed === true && headCommit !== undefined
      ? ", the remote's host has no pull request API"
      : " of this attempt"
  }`
}

const nextOf = (result: AgentResult): string => {
  if (result.outcome === "Completed") return nextFor(result)
  if (result.outcome === "Interrupted") {
    return "nothing, unless the run was cancelled; the controller resumes it."
  }
  return result.reason === undefined ? "" : nextSteps[result.reason] ?? ""
}

const endLine = (result: AgentResult): string => {
  const { message, outcome, reason, resetAt } = result
  const next = nextOf(result)
  const said = `${short(message, widest)}${resetAt === undefined ? "" : ` (until ${resetAt})`}`
  return `${outcome === "Failed" ? reason ?? outcome : outcome}: ${said}${
    next === "" || /[.!?]$/.test(said) ? "" : "."
  }${next === "" ? "" : ` Next: ${next}`}`
}

/** In this order, so that the last line is the answer. */
export const epilogue = (result: AgentResult, folder: string | undefined): ReadonlyArray<string> => [
  agentLine(result),
  workLine(result),
  pullRequestLine(result),
  folder === undefined
    ? "more: nothing was kept on the workspace"
    : `more: stream.jsonl, log, result.json in ${folder}`,
  endLine(result)
]
