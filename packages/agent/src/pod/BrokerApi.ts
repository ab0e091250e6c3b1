/** What runner and broker say to each other: where, and in which form. Both sides take it from here. */
import { Delivery } from "@orchestrator/domain/AgentResult"
import { BrokerResult } from "@orchestrator/domain/BrokerResult"
import { Schema } from "effect"

/** Where the broker answers. A path of a model API is the part below its own. */
export const brokerPaths = {
  messages: "/anthropic",
  run: "/run",
  branch: "/run/branch",
  deliver: "/run/deliver",
  sign: "/run/sign",
  cancel: "/run/cancel"
} as const

/** The file by which the broker says where it is. */
export const Endpoint = Schema.Struct({
  url: Schema.String.check(Schema.isPattern(/^http:\/\/127\.0\.0\.1:\d+$/)),
  /** The run's own; worth nothing anywhere else. */
  token: Schema.NonEmptyString,
  /** Public key of what signs the run's commits; absent where nothing does. */
  signingKey: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[a-z0-9@.-]+ [A-Za-z0-9+/=]+$/)))
})
export type Endpoint = typeof Endpoint.Type

/** The one branch that the run may write, where its work starts, and what the broker has seen so far. */
export const RunAnswer = Schema.Struct({ branch: Schema.String, base: Schema.String, brokerReport: BrokerResult })
export type RunAnswer = typeof RunAnswer.Type

/** What the runner says of work that is done. */
export const Work = Schema.Struct({
  summary: Schema.String.check(Schema.isMaxLength(200_000)),
  /** What the agent's own count of the cost is. */
  costUsd: Schema.optionalKey(Schema.Finite)
})
export type Work = typeof Work.Type

/** What was read back of it. */
export const Delivered = Schema.Struct({
  delivery: Delivery,
  /** Whether there is an API for pull requests beside the remote. */
  forgeKnown: Schema.Boolean,
  /** Why there is no pull request. */
  pullRequestProblem: Schema.optionalKey(Schema.String)
})
export type Delivered = typeof Delivered.Type

/** Why a request is not answered. */
export const Problem = Schema.Struct({ message: Schema.String })
