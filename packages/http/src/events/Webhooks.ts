/**
 * `/webhook/github`, `/webhook/gitea` and `/webhook/run/:trigger`: answered without a token of the cluster, to whoever signs with the secret that
 * the administrator has mounted, and to nobody where there is none. Nothing of a body is looked at before its signature is.
 */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { ByteSize, Duration, Effect, FiberSet, Redacted, Result, Schedule, Semaphore } from "effect"
import { HttpIncomingMessage, HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import {
  BodyTooLarge,
  ClusterUnavailable,
  RouteNotFound,
  SignatureInvalid,
  TooManyEvents
} from "../contract/Problem.ts"
import { invalidBody, isTooLarge, parseJson } from "../handlers/RequestBody.ts"
import { HttpSettings } from "../services/HttpSettings.ts"
import { EventSecrets } from "./EventSecrets.ts"
import { forgeEvent } from "./ForgePayload.ts"
import { EventHandler, type NotNow } from "./HandleEvent.ts"
import { isSigned } from "./Signature.ts"
import { triggeredRun, webhookFields, webhookKey } from "./TriggerRuns.ts"

export const webhookPaths = {
  github: "/webhook/github",
  gitea: "/webhook/gitea",
  run: "/webhook/run/:trigger"
} as const

/** The most that forges send. */
const bodyLimit = 25 * 1024 * 1024
/** Bodies that are read at the same time: they are in memory. */
const mostBodies = 8
const longestBody = Duration.seconds(30)
/** Events that no run keeps wait here for their forge: so many, and so long. */
const mostWaiting = 200
const longestWait = Duration.hours(1)

const off = (path: string) =>
  new RouteNotFound({
    detail: `${path} is not configured: there is no secret for it`,
    hint: "Mount a Secret with the signing secret for it (docs/guides/events.md)"
  })

const unsigned = () =>
  new SignatureInvalid({
    detail: "Expected the header X-Hub-Signature-256 with the HMAC SHA-256 of the body, by the secret of this webhook",
    hint: "Enter the same secret on both sides, and send application/json"
  })

const tooLarge = () =>
  new BodyTooLarge({
    detail: `The body has more than ${bodyLimit} bytes; the rest was not read`,
    hint: "Forges send no more than that",
    limitBytes: bodyLimit
  })

const busy = () =>
  new TooManyEvents({
    detail: "Too many deliveries are being read, or wait for their forge",
    hint: "Deliver it again later",
    retryAfterSeconds: 30
  })

const done = (result: string, status = 200) => HttpServerResponse.jsonUnsafe({ result }, { status })

/** A form has the same JSON in a field. */
const jsonOf = (body: Uint8Array, contentType: string | undefined): string => {
  const text = new TextDecoder().decode(body)
  return contentType?.startsWith("application/x-www-form-urlencoded") === true
    ? new URLSearchParams(text).get("payload") ?? ""
    : text
}

/** Needs EventHandler, EventSecrets and HttpSettings. */
export const webhooksLayer = ({ triggers }: Pick<OrchestratorConfig, "triggers">) =>
  HttpRouter.use(Effect.fnUntraced(function*(router) {
    const secrets = yield* EventSecrets
    const settings = yield* HttpSettings
    const { handle, park, start } = yield* EventHandler
    const reading = yield* Semaphore.make(mostBodies)
    const waiting = yield* FiberSet.make()

    /** The bytes of a request that is signed for this name. */
    const signedBody = Effect.fnUntraced(function*(name: string, path: string) {
      const request = yield* HttpServerRequest.HttpServerRequest
      const known = yield* secrets.signing(name)
      if (known.length === 0) return yield* off(path)
      const { headers } = request
      const signature = headers["x-hub-signature-256"] ?? headers["x-gitea-signature"]
      if (signature === undefined) return yield* unsigned()
      const body = yield* request.arrayBuffer.pipe(
        Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.fromInputUnsafe(bodyLimit)),
        Effect.catch((error) => isTooLarge(error) ? Effect.fail(tooLarge()) : Effect.die(error)),
        reading.withPermit,
        Effect.timeoutOrElse({ duration: longestBody, orElse: () => Effect.fail(busy()) }),
        Effect.map((bytes) => new Uint8Array(bytes))
      )
      if (!isSigned(known.map(Redacted.value), body, signature)) return yield* unsigned()
      return jsonOf(body, headers["content-type"])
    })

    const wait = Effect.fnUntraced(function*(handled: Effect.Effect<string, NotNow>) {
      if ((yield* FiberSet.size(waiting)) >= mostWaiting) return yield* busy()
      yield* FiberSet.run(
        waiting,
        handled.pipe(
          Effect.retry(
            Schedule.min([Schedule.exponential("2 seconds"), Schedule.spaced("1 minute")]).pipe(
              Schedule.upTo({ duration: longestWait })
            )
          ),
          Effect.catch(({ message }) => Effect.logError(`An event is given up: ${message}`))
        )
      )
      return done("accepted", 202)
    })

    const fromForge = (forge: "github" | "gitea") =>
      Effect.gen(function*() {
        const text = yield* signedBody(forge, webhookPaths[forge])
        const { headers } = yield* HttpServerRequest.HttpServerRequest
        const name = headers["x-github-event"] ?? headers["x-gitea-event"] ?? ""
        const event = forgeEvent(name, yield* parseJson(text))
        if (event === undefined) return done("nothing follows from this event")
        return yield* handle(forge, event).pipe(
          Effect.map((result) => done(result)),
          Effect.catchTag("NotNow", ({ message }) =>
            event.tag === "Labelled"
              ? wait(handle(forge, event))
              : park(forge, event).pipe(
                Effect.map((kept) => kept ? done(`later: ${message}`, 202) : done("it is about no run")),
                Effect.catch(() => Effect.fail(busy()))
              ))
        )
      }).pipe(Effect.annotateLogs({ webhook: forge }))

    const forTrigger = Effect.gen(function*() {
      const { trigger: name = "" } = yield* HttpRouter.params
      const trigger = triggers.find((each) => each.webhook && each.name === name)
      if (trigger === undefined) return yield* off(`/webhook/run/${name}`)
      const text = yield* signedBody(name, `/webhook/run/${name}`)
      const payload = yield* parseJson(text)
      const run = Result.flatMap(
        webhookKey(trigger, text, payload),
        (what) =>
          Result.flatMap(
            webhookFields(trigger, payload),
            (fields) => triggeredRun(settings, trigger, { what, by: `trigger/${name}`, fields })
          )
      )
      if (Result.isFailure(run)) return yield* invalidBody(run.failure)
      const made = yield* start(run.success).pipe(
        Effect.mapError((error) =>
          new ClusterUnavailable({ detail: error.message, hint: "Deliver it again later", retryAfterSeconds: 10 })
        )
      )
      return done(`run ${made}`, 202)
    })

    yield* router.add("POST", webhookPaths.github, fromForge("github"))
    yield* router.add("POST", webhookPaths.gitea, fromForge("gitea"))
    yield* router.add("POST", webhookPaths.run, forTrigger)
  }))
