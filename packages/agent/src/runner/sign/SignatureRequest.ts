/** Asks the broker to sign a commit. The key stays there; what it signs is its own to decide. */
import { printable } from "@orchestrator/domain/Printable"
import { Duration, Effect, Schedule, Schema } from "effect"
import { type HttpClient, HttpClientRequest } from "effect/http"
import { brokerPaths, type Endpoint, Problem } from "../../pod/BrokerApi.ts"

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

const decodeProblem = Schema.decodeUnknownEffect(Schema.fromJsonString(Problem))

/** An armored signature of a commit as git hands it to a signer. */
export const requestSignature = Effect.fn("SignatureRequest.request")(
  function*(client: HttpClient.HttpClient, { token, url }: Endpoint, commit: Uint8Array) {
    const request = HttpClientRequest.post(`${url}${brokerPaths.sign}`).pipe(
      HttpClientRequest.bearerToken(token),
      HttpClientRequest.bodyUint8Array(commit)
    )
    const { status, text } = yield* client.execute(request).pipe(
      Effect.flatMap((response) => Effect.map(response.text, (text) => ({ status: response.status, text }))),
      Effect.mapError(({ message }) => new SignatureError({ refused: false, reason: message }))
    )
    if (status === 200) return text
    const words = yield* decodeProblem(text).pipe(
      Effect.map(({ message }) => printable(message, { max: 500 })),
      Effect.orElseSucceed(() => `status ${status}`)
    )
    return yield* new SignatureError({ refused: status < 500, reason: words })
  },
  Effect.retry({ schedule: retrySchedule, while: ({ refused }) => !refused })
)
