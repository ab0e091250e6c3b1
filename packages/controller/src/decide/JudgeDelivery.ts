/**
 * The judgement of a delivery, the only one: out of the agent's word that it is done and of what was read back from the remote and from the
 * forge, by whoever may say so. What the runner saw speaks against a success, and for one only where no broker could. The mark makes it
 * impossible to write a success down without these.
 */
import type { AgentResult, Delivery } from "@orchestrator/domain/AgentResult"
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import { pushFailure } from "@orchestrator/domain/PushWords"

const readBack: unique symbol = Symbol("@orchestrator/controller/decide/JudgeDelivery")

export interface Success {
  readonly [readBack]: true
  readonly reason: "Delivered"
  readonly message: string
}

/** The runner's report on an agent that says it is done. */
export type Completed = AgentResult & { readonly outcome: "Completed" }

/** Whose word proves a delivery. */
export type Proof =
  | { readonly by: "runner" }
  | { readonly by: "broker"; readonly brokerReport: BrokerResult }

/** What is missing for a success. */
export interface Shortfall {
  readonly reason: "AgentError" | "NoChanges" | "PushRejected" | "PullRequestMissing"
  readonly message: string
}

/** Undefined: nothing speaks against a success, and whose word it takes has not spoken. */
export const judgeDelivery = (runnerReport: Completed, proof: Proof | undefined): Success | Shortfall | undefined => {
  const brokerReport = proof?.by === "broker" ? proof.brokerReport : undefined
  const seen = shortfallSeen(runnerReport, brokerReport)
  if (seen !== undefined || proof === undefined) return seen
  const { delivery } = brokerReport ?? runnerReport
  if (delivery === undefined) return short("AgentError", noProof(brokerReport))
  const { branch, changed, headCommit } = delivery
  if (!changed) return unchanged(runnerReport)
  if (headCommit === undefined) return short("PushRejected", `The remote has no branch ${branch}.`)
  const unproven = brokerReport === undefined
    ? withoutPullRequest(delivery, runnerReport)
    : unprovenByBroker(delivery, brokerReport, runnerReport)
  return unproven ??
    { [readBack]: true, reason: "Delivered", message: wordsFor(proof, delivery, headCommit, runnerReport) }
}

const short = (reason: Shortfall["reason"], message: string): Shortfall => ({ reason, message: message.trim() })

/** What was seen that no proof can outweigh. Of a refusal the broker has the remote's own words. */
const shortfallSeen = (runnerReport: Completed, brokerReport: BrokerResult | undefined): Shortfall | undefined => {
  const { delivery, problem } = runnerReport
  if (problem !== undefined) return short("AgentError", `The work could not be committed: ${problem}`)
  if (delivery?.changed === false) return unchanged(runnerReport)
  const refused = [brokerReport?.delivery, delivery].find((each) => each?.pushRefused !== undefined)
  return refused?.pushRefused === undefined
    ? undefined
    : short("PushRejected", pushFailure(refused.branch, refused.pushRefused))
}

const unchanged = ({ message, remarks }: Completed): Shortfall =>
  short(
    "NoChanges",
    remarks === undefined
      ? `The agent made no changes: ${message}`
      : `The agent made no changes that can be delivered. ${message}`
  )

const noProof = (brokerReport: BrokerResult | undefined): string =>
  brokerReport === undefined
    ? "The agent ended, but the runner reported no delivery."
    : `The agent ended, but the broker could not verify its branch. ${brokerReport.problem ?? ""}`

const unprovenByBroker = (
  { branch, pullRequestUrl, verifiedAt }: Delivery,
  { forgeKnown, pullRequestProblem, pullRequestVerifiedAt }: BrokerResult,
  runnerReport: Completed
): Shortfall | undefined => {
  if (verifiedAt === undefined) {
    return short("AgentError", `The agent ended, but the broker did not verify ${branch} after the push.`)
  }
  if (pullRequestUrl !== undefined && pullRequestVerifiedAt !== undefined) return undefined
  const problem = pullRequestProblem ?? runnerReport.pullRequestProblem
  return withoutPullRequest({ branch }, {
    forgeKnown,
    ...(problem === undefined ? {} : { pullRequestProblem: problem })
  })
}

/** A host without a known API has none to give; a hand-over that failed has asked for one. */
const withoutPullRequest = (
  { branch, pullRequestUrl }: Pick<Delivery, "branch" | "pullRequestUrl">,
  { forgeKnown, pullRequestProblem }: Pick<AgentResult, "forgeKnown" | "pullRequestProblem">
): Shortfall | undefined =>
  pullRequestUrl !== undefined || (forgeKnown !== true && pullRequestProblem === undefined)
    ? undefined
    : short(
      "PullRequestMissing",
      `${branch} was pushed, but has no pull request: ${pullRequestProblem ?? "none was found"}`
    )

const wordsFor = (
  { by }: Proof,
  { branch, pullRequestUrl }: Delivery,
  headCommit: string,
  { remarks }: Completed
): string => {
  const where = `Pushed ${branch} at ${headCommit.slice(0, 12)}`
  const said = by === "broker" && pullRequestUrl !== undefined
    ? `${where}, pull request ${pullRequestUrl}`
    : `${where}.`
  return remarks === undefined ? said : `${remarks} ${said}`
}
