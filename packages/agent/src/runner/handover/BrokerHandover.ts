/** Handing over to the broker in its own container, by its few requests. A broker that is just being restarted is waited for. */
import { printable } from "@orchestrator/domain/Printable"
import { Duration, Effect, Layer, Schedule, Schema } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { isTransient } from "../../git/UpstreamWords.ts"
import { brokerPaths, Delivered, Problem, RunAnswer } from "../../pod/BrokerApi.ts"
import type { Endpoint } from "../services/Endpoint.ts"
import { requestSignature } from "../sign/SignatureRequest.ts"
import { Handover, HandoverError } from "./Handover.ts"

const decodeProblem = Schema.decodeUnknownEffect(Schema.fromJsonString(Problem))

/** The first look at a large repository takes minutes. */
const answerTimeout = "20 minutes"
/** A restarted broker is back within seconds; the kubelet waits longer from time to time. */
const again = Schedule.min([Schedule.exponential(Duration.millis(250)), Schedule.spaced("5 seconds")]).pipe(
  Schedule.upTo({ duration: "45 seconds" })
)

interface Call<A> {
  readonly operation: HandoverError["operation"]
  readonly request: HttpClientRequest.HttpClientRequest
  readonly answer: Schema.ConstraintDecoder<A>
}

/** A handover to the broker at this address. */
export const layerBroker = (endpoint: Endpoint) =>
  Layer.effect(
    Handover,
    Effect.gen(function*() {
      const client = yield* HttpClient.HttpClient
      const { signingKey, token, url } = endpoint

      const once = Effect.fnUntraced(function*<A>({ answer, operation, request }: Call<A>) {
        const failed = (reason: string) => new HandoverError({ operation, reason })
        const { status, text } = yield* client.execute(HttpClientRequest.bearerToken(request, token)).pipe(
          Effect.flatMap((response) => Effect.map(response.text, (text) => ({ status: response.status, text }))),
          Effect.mapError(({ message }) => failed(`connection refused or reset (${message})`)),
          Effect.timeoutOrElse({
            duration: answerTimeout,
            orElse: () => Effect.fail(failed(`no answer within ${answerTimeout}`))
          })
        )
        if (status < 200 || status > 299) {
          const words = yield* decodeProblem(text).pipe(
            Effect.map(({ message }) => printable(message, { max: 1000 }) || `status ${status}`),
            Effect.orElseSucceed(() => `status ${status}`)
          )
          return yield* failed(words)
        }
        return yield* Schema.decodeEffect(Schema.fromJsonString(answer))(text).pipe(
          Effect.mapError(({ message }) => failed(`not an answer of a broker: ${message}`))
        )
      })
      const call = <A>(wanted: Call<A>) =>
        once(wanted).pipe(Effect.retry({ schedule: again, while: ({ reason }) => isTransient(reason) }))

      const run = call({
        operation: "run",
        request: HttpClientRequest.get(`${url}${brokerPaths.run}`),
        answer: RunAnswer
      })

      return Handover.of({
        decision: run,
        switchToOwnBranch: call({
          operation: "branch",
          request: HttpClientRequest.post(`${url}${brokerPaths.branch}`),
          answer: RunAnswer
        })
          .pipe(Effect.catch(() => run)),
        deliver: Effect.fn("Handover.deliver")(({ costUsd, summary }) =>
          call({
            operation: "deliver",
            request: HttpClientRequest.bodyJsonUnsafe(HttpClientRequest.post(`${url}${brokerPaths.deliver}`), {
              summary: printable(summary, { lines: true, max: 100_000 }),
              ...(costUsd === undefined ? {} : { costUsd })
            }),
            answer: Delivered
          })
        ),
        brokerReport: once({
          operation: "run",
          request: HttpClientRequest.get(`${url}${brokerPaths.run}`),
          answer: RunAnswer
        }).pipe(
          Effect.map(({ brokerReport }) => brokerReport),
          Effect.timeout("20 seconds"),
          Effect.orElseSucceed(() => undefined)
        ),
        signer: signingKey === undefined
          ? undefined
          : { publicKey: signingKey, sign: (commit) => requestSignature(client, endpoint, commit) },
        cancel: client.execute(
          HttpClientRequest.bearerToken(HttpClientRequest.post(`${url}${brokerPaths.cancel}`), token)
        ).pipe(Effect.timeout("2 seconds"), Effect.ignore)
      })
    })
  )
