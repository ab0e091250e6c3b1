/**
 * The judgement of a delivery. A success is made here and nowhere else: out of the agent's word that it is done and of what was read back,
 * by whoever may say so, from the remote and from the forge. The mark makes it impossible to write one down without these.
 */
import type { AgentResult, Delivery } from "@orchestrator/domain/AgentResult"
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import { pushFailure } from "@orchestrator/domain/PushWords"
import { Option } from "effect"

const readBack: unique symbol = Symbol("@orchestrator/controller/decide/JudgeDelivery")

export interface Success {
  readonly [readBack]: true
  readonly reason: "Delivered"
  readonly message: string
}

/** The runner's report on an agent that says it is done. */
export type Completed = AgentResult & { readonly outcome: "Completed" }

/** What was read back, and by whom. Without a broker, the runner is believed. */
export type DeliveryReport =
  | { readonly by: "runner"; readonly delivery: Delivery | undefined }
  | { readonly by: "broker"; readonly brokerReport: BrokerResult }

/** What is missing for a success. */
export interface Shortfall {
  readonly reason: "AgentError" | "NoChanges" | "PushRejected" | "PullRequestMissing"
  readonly message: string
}

export const judgeDelivery = (runnerReport: Completed, report: DeliveryReport): Success | Shortfall =>
  Option.match(missing(runnerReport, report), {
    onNone: () => ({ [readBack]: true, reason: "Delivered", message: wordsFor(report, runnerReport.remarks) }),
    onSome: (shortfall) => shortfall
  })

const short = (reason: Shortfall["reason"], message: string): Option.Option<Shortfall> =>
  Option.some({ reason, message: message.trim() })

const deliveryOf = (report: DeliveryReport): Delivery | undefined =>
  report.by === "runner" ? report.delivery : report.brokerReport.delivery

const missing = (runnerReport: Completed, report: DeliveryReport): Option.Option<Shortfall> => {
  const delivery = deliveryOf(report)
  if (delivery === undefined) return short("AgentError", noProof(report))
  const { branch, changed, headCommit, pushRefused } = delivery
  if (pushRefused !== undefined) {
    return short("PushRejected", pushFailure(branch, pushRefused))
  }
  if (!changed) return short("NoChanges", `The agent made no changes. ${runnerReport.message}`)
  if (headCommit === undefined) return short("PushRejected", `The remote has no branch ${branch}.`)
  return report.by === "runner" ? Option.none() : unproven(delivery, report.brokerReport)
}

const noProof = (report: DeliveryReport): string =>
  report.by === "runner"
    ? "The agent ended, but the runner reported no delivery."
    : `The agent ended, but the broker could not verify its branch. ${report.brokerReport.problem ?? ""}`

const unproven = (
  { branch, pullRequestUrl, verifiedAt }: Delivery,
  { forgeKnown, pullRequestProblem, pullRequestVerifiedAt }: BrokerResult
): Option.Option<Shortfall> => {
  if (verifiedAt === undefined) {
    return short("AgentError", `The agent ended, but the broker did not verify ${branch} after the push.`)
  }
  if (!forgeKnown || (pullRequestUrl !== undefined && pullRequestVerifiedAt !== undefined)) return Option.none()
  return short(
    "PullRequestMissing",
    `${branch} was pushed, but has no pull request: ${pullRequestProblem ?? "none was found"}`
  )
}

const wordsFor = (report: DeliveryReport, remarks?: string): string => {
  const { branch, headCommit, pullRequestUrl } = deliveryOf(report) ?? { branch: "" }
  const where = `Pushed ${branch} at ${headCommit?.slice(0, 12)}`
  const said = report.by === "broker" && pullRequestUrl !== undefined
    ? `${where}, pull request ${pullRequestUrl}`
    : `${where}.`
  return remarks === undefined ? said : `${remarks} ${said}`
}
