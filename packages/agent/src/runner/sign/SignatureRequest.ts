/** Asks the broker to sign a commit. The key stays there; what it signs is its own to decide. */
import { Duration, Effect, Schedule, Schema } from "effect"
import { type BrokerClient, failureOf } from "../services/BrokerClient.ts"

export class SignatureError extends Schema.TaggedError<SignatureError>()("SignatureError", {
  /** Whether the broker said no, which it will say again. */
  refused: Schema.Boolean,
  reason: Schema.String
}) {
  override get message(): string {
    return `the broker signs no such commit: ${this.reason}`
  }
}

/** A restarted broker is back within seconds. */
const retrySchedule = Schedule.exponential(Duration.millis(200)).pipe(Schedule.upTo({ times: 6 }))

/** An armored signature of a commit as git hands it to a signer. */
export const requestSignature = Effect.fn("SignatureRequest.request")(
  (broker: BrokerClient, commit: Uint8Array) =>
    Effect.mapError(broker.sign({ payload: commit }), (failure) => new SignatureError(failureOf(failure))),
  Effect.retry({ schedule: retrySchedule, while: ({ refused }) => !refused })
)
