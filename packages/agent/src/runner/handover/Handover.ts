/**
 * Handing the work over to the broker, which decides the branch, delivers and reports. What it answers is what was read back, and one
 * function of the runner makes success of it.
 */
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import { printable } from "@orchestrator/domain/Printable"
import { Context, Duration, Effect, Layer, Schedule, Schema } from "effect"
import type { BrokerView } from "../../agents/Following.ts"
import { isTransient } from "../../git/UpstreamWords.ts"
import type { Delivered, TaskIssue } from "../../pod/BrokerApi.ts"
import type { Endpoint } from "../../pod/Endpoint.ts"
import { brokerClient, type BrokerFailure, failureOf } from "../services/BrokerClient.ts"
import { requestSignature, type SignatureError } from "../sign/SignatureRequest.ts"

/** The first look at a large repository takes minutes. */
const answerTimeout = "20 minutes"
/** A restarted broker is back within seconds; the kubelet waits longer from time to time. */
const again = Schedule.min([Schedule.exponential(Duration.millis(250)), Schedule.spaced("5 seconds")]).pipe(
  Schedule.upTo({ duration: "45 seconds" })
)

export class HandoverError extends Schema.TaggedError<HandoverError>()("HandoverError", {
  operation: Schema.Literals(["run", "issue", "branch", "deliver", "cancel"]),
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

/** What the agent says of work that was pushed. */
export interface Work {
  /** Its last words. */
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
  readonly decision: Effect.Effect<Decision, HandoverError>
  /** The issue that says what to do. */
  readonly issue: Effect.Effect<TaskIssue, HandoverError>
  /** Asks for the branch with the run's suffix; answers with the decision that then holds. */
  readonly switchToOwnBranch: Effect.Effect<Decision, HandoverError>
  /** Reads back and sees to the pull request. */
  readonly deliver: (work: Work) => Effect.Effect<Delivered, HandoverError>
  /** What the broker has seen so far; undefined where it does not answer. */
  readonly brokerReport: Effect.Effect<(BrokerResult & Pick<BrokerView, "asking" | "lastAnswer">) | undefined>
  /** Signs commits; undefined where the installation signs none. */
  readonly signer: {
    readonly publicKey: string
    readonly sign: (commit: Uint8Array) => Effect.Effect<string, SignatureError>
  } | undefined
  /** What was delivered, as a patch; undefined where that is nothing, or not to be had. */
  readonly diff: Effect.Effect<string | undefined>
  /** The run takes nothing more of a model. */
  readonly cancel: Effect.Effect<void>
}>()("@orchestrator/agent/runner/handover/Handover") {
  /** The broker at this address. One that is just being restarted is waited for. */
  static readonly layer = (endpoint: Endpoint) =>
    Layer.effect(
      Handover,
      Effect.gen(function*() {
        const broker = yield* brokerClient(endpoint)
        const { signingKey } = endpoint

        const once = <A>(operation: HandoverError["operation"], call: Effect.Effect<A, BrokerFailure>) => {
          const failed = (reason: string) => new HandoverError({ operation, reason })
          return call.pipe(
            Effect.mapError((failure) => failed(failureOf(failure).reason)),
            Effect.timeoutOrElse({
              duration: answerTimeout,
              orElse: () => Effect.fail(failed(`no answer within ${answerTimeout}`))
            })
          )
        }
        const patiently = <A>(operation: HandoverError["operation"], call: Effect.Effect<A, BrokerFailure>) =>
          once(operation, call).pipe(Effect.retry({ schedule: again, while: ({ reason }) => isTransient(reason) }))
        const decision = patiently("run", broker.run())

        return Handover.of({
          decision,
          issue: patiently("issue", broker.issue()),
          switchToOwnBranch: patiently("branch", broker.branch()).pipe(Effect.catch(() => decision)),
          deliver: Effect.fn("Handover.deliver")(({ costUsd, summary }) =>
            patiently(
              "deliver",
              broker.deliver({
                payload: {
                  summary: printable(summary, { lines: true, max: 100_000 }),
                  ...(costUsd === undefined ? {} : { costUsd })
                }
              })
            )
          ),
          brokerReport: once("run", broker.run()).pipe(
            Effect.map(({ base: _, branch: __, brokerReport, ...now }) => ({ ...brokerReport, ...now })),
            Effect.timeout("20 seconds"),
            Effect.orElseSucceed(() => undefined)
          ),
          signer: signingKey === undefined
            ? undefined
            : { publicKey: signingKey, sign: (commit) => requestSignature(broker, commit) },
          diff: broker.diff().pipe(Effect.timeout("30 seconds"), Effect.orElseSucceed(() => undefined)),
          cancel: broker.cancel().pipe(Effect.timeout("2 seconds"), Effect.ignore)
        })
      })
    )
}
