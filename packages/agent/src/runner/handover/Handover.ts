/**
 * Handing the work over. With a broker it decides the branch, delivers and reports; without one its parts are called here. Either way
 * the answer is what was read back, and one function of the runner makes success of it.
 */
import type { Delivery } from "@orchestrator/domain/AgentResult"
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import { Context, type Effect, Schema } from "effect"
import type { Delivered } from "../../pod/BrokerApi.ts"
import type { SignatureError } from "../sign/SignatureRequest.ts"

export class HandoverError extends Schema.TaggedError<HandoverError>()("HandoverError", {
  operation: Schema.Literals(["run", "branch", "deliver", "cancel"]),
  /** What the broker said, or why it said nothing. */
  reason: Schema.String
}) {
  override get message(): string {
    return `the broker: ${this.reason}`
  }
}

/** The one branch that the run may write. */
export interface Decision {
  readonly branch: string
  /** Branch that the work starts from and the pull request goes to. */
  readonly base: string
}

/** Work that was pushed. */
export interface Work {
  /** As the runner read it back. */
  readonly delivery: Delivery
  readonly base: string
  readonly title: string
  /** The agent's last words. */
  readonly summary: string
  readonly costUsd: number | undefined
}

/** The same with what the runner knows of the work beside it. */
export interface HandedOver extends Delivered {
  /** Sentences for people: what is not delivered, and where it is. */
  readonly remarks?: ReadonlyArray<string>
  /** Why nothing was offered to the remote: a failure of the runner's own means. */
  readonly problem?: string
}

export class Handover extends Context.Service<Handover, {
  /** Undefined where nobody but the runner decides. */
  readonly decision: Effect.Effect<Decision | undefined, HandoverError>
  /** Asks for the branch with the run's suffix; answers with the decision that then holds. */
  readonly switchToOwnBranch: Effect.Effect<Decision | undefined, HandoverError>
  /** Reads back and sees to the pull request. */
  readonly deliver: (work: Work) => Effect.Effect<Delivered, HandoverError>
  /** What the broker has seen so far; undefined where there is none or it does not answer. */
  readonly brokerReport: Effect.Effect<BrokerResult | undefined>
  /** Signs commits; undefined where the installation signs none. */
  readonly signer: {
    readonly publicKey: string
    readonly sign: (commit: Uint8Array) => Effect.Effect<string, SignatureError>
  } | undefined
  /** The run takes nothing more of a model. */
  readonly cancel: Effect.Effect<void>
}>()("@orchestrator/agent/runner/handover/Handover") {}
