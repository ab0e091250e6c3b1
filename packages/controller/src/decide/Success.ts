/**
 * Success, which is made here and nowhere else: out of the agent's word that it is done and of what was read back, by whoever may say
 * so, from the remote and from the forge. The mark makes it impossible to write one down without these.
 */
import type { AgentResult, Delivery } from "@orchestrator/domain/AgentResult"
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import { pushFailure } from "@orchestrator/domain/PushWords"
import { Option } from "effect"

const readBack: unique symbol = Symbol("@orchestrator/controller/Success")

export interface Success {
  readonly [readBack]: true
  readonly reason: "Delivered"
  readonly message: string
}

/** A story of an agent that says it is done. */
export type Completed = AgentResult & { readonly outcome: "Completed" }

/** Who read what back. Without a broker, the runner is believed. */
export type Witness =
  | { readonly by: "runner"; readonly delivery: Delivery | undefined }
  | { readonly by: "broker"; readonly testimony: BrokerResult }

/** What is missing for a success. */
export interface Shortfall {
  readonly reason: "AgentError" | "NoChanges" | "PushRejected" | "PullRequestMissing"
  readonly message: string
}

export const deliver = (story: Completed, witness: Witness): Success | Shortfall =>
  Option.match(missing(story, witness), {
    onNone: () => ({ [readBack]: true, reason: "Delivered", message: wordsFor(witness, story.remarks) }),
    onSome: (shortfall) => shortfall
  })

const short = (reason: Shortfall["reason"], message: string): Option.Option<Shortfall> =>
  Option.some({ reason, message: message.trim() })

const deliveryOf = (witness: Witness): Delivery | undefined =>
  witness.by === "runner" ? witness.delivery : witness.testimony.delivery

const missing = (story: Completed, witness: Witness): Option.Option<Shortfall> => {
  const delivery = deliveryOf(witness)
  if (delivery === undefined) return short("AgentError", noProof(witness))
  const { branch, changed, headCommit, pushRefused } = delivery
  if (pushRefused !== undefined) {
    return short("PushRejected", pushFailure(branch, pushRefused))
  }
  if (!changed) return short("NoChanges", `The agent changed nothing. ${story.message}`)
  if (headCommit === undefined) return short("PushRejected", `The remote does not have the branch ${branch}.`)
  return witness.by === "runner" ? Option.none() : unproven(delivery, witness.testimony)
}

const noProof = (witness: Witness): string =>
  witness.by === "runner"
    ? "The agent ended, but the runner gave no proof of delivery."
    : `The agent ended, but the broker never read its branch back. ${witness.testimony.problem ?? ""}`

const unproven = (
  { branch, pullRequestUrl, verifiedAt }: Delivery,
  { forgeKnown, pullRequestProblem, pullRequestVerifiedAt }: BrokerResult
): Option.Option<Shortfall> => {
  if (verifiedAt === undefined) {
    return short("AgentError", `The agent ended, but the broker did not read ${branch} back after the push.`)
  }
  if (!forgeKnown || (pullRequestUrl !== undefined && pullRequestVerifiedAt !== undefined)) return Option.none()
  return short(
    "PullRequestMissing",
    `${branch} is on the remote, but has no pull request: ${pullRequestProblem ?? "the forge shows none"}`
  )
}

const wordsFor = (witness: Witness, remarks?: string): string => {
  const { branch, headCommit, pullRequestUrl } = deliveryOf(witness) ?? { branch: "" }
  const where = `${branch} is at ${headCommit?.slice(0, 12)} on the remote`
  const said = witness.by === "broker" && pullRequestUrl !== undefined ? `${where}, in ${pullRequestUrl}` : `${where}.`
  return remarks === undefined ? said : `${remarks} ${said}`
}
