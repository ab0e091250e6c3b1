/**
 * `/webhook/FORGE` and `/webhook/run/:trigger`: answered without a token of the cluster, to whoever knows the secret that the administrator has
 * mounted, and to nobody where there is none. Nothing of a body is looked at before that is proven.
 */
import { ByteSize, Duration, Effect, Fiber, FiberSet, Option, Redacted, Result, Schedule, Semaphore } from "effect"
import {
  HttpIncomingMessage,
  HttpRouter,
  HttpServerRequest,
  HttpServerRespondable,
  HttpServerResponse
} from "effect/http"
import {
  BodyTooLarge,
  ClusterUnavailable,
  RouteNotFound,
  SignatureInvalid,
  TooManyEvents
} from "../contract/Problem.ts"
import { invalidBody, isTooLarge, parseJson } from "../handlers/RequestBody.ts"
import { DeliveryLog } from "../services/DeliveryLog.ts"
import { HttpSettings } from "../services/HttpSettings.ts"
import { countDelivery, deliveriesAtZero, refusedVerdict } from "./DeliveryCount.ts"
import { EventSecrets } from "./EventSecrets.ts"
import type { ForgeEvent } from "./ForgeEvent.ts"
import { EventHandler } from "./HandleEvent.ts"
import { triggeredRun, webhookFields, webhookKey } from "./TriggerRuns.ts"
import { deliveryOf, type Proof, usualProof, type WebhookForge, webhookForges } from "./WebhookForges.ts"

const triggerPath = "/webhook/run/:trigger"

export const webhookPaths: ReadonlyArray<`/${string}`> = [...webhookForges.map(({ path }) => path), triggerPath]

/** The most that forges send. */
const bodyLimit = 25 * 1024 * 1024
/** Bodies that are read at the same time: they are in memory. */
const mostBodies = 8
const longestBody = Duration.seconds(30)
/** Events that are being handled. */
const mostWorking = 200
/** An event that no run keeps waits for its forge in this process. */
const longestWait = Duration.hours(1)
/** Forges hang up after some seconds. */
const promptly = Duration.seconds(3)

const off = (path: string) =>
  new RouteNotFound({
    detail: `${path} is not configured: there is no secret for it`,
    hint: "Mount a Secret with the signing secret for it (docs/guides/events.md)"
  })

const unproven = ({ expected }: Proof) =>
  new SignatureInvalid({
    detail: `Expected ${expected}`,
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

const givenUp = "given up"

const done = (verdict: string, status = 200): Answer => ({ verdict, status })

/** A form has the same JSON in a field. */
const jsonOf = (body: Uint8Array, contentType: string | undefined): string => {
  const text = new TextDecoder().decode(body)
  return contentType?.startsWith("application/x-www-form-urlencoded") === true
    ? new URLSearchParams(text).get("payload") ?? ""
    : text
}

interface Answer {
  readonly status: number
  readonly verdict: string
  /** Goes on, and comes to another verdict. */
  readonly later?: Fiber.Fiber<string>
}

const response = ({ status, verdict }: Answer) => HttpServerResponse.jsonUnsafe({ result: verdict }, { status })

const patient = Schedule.min([Schedule.exponential("2 seconds"), Schedule.spaced("1 minute")]).pipe(
  Schedule.upTo({ duration: longestWait })
)

/** Nothing where nobody handles events. Needs HttpSettings and DeliveryLog. */
export const WebhooksLayer = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const parts = Option.all([yield* Effect.serviceOption(EventHandler), yield* Effect.serviceOption(EventSecrets)])
  if (Option.isNone(parts)) return
  const [{ handle, park, start, triggers }, secrets] = parts.value
  const settings = yield* HttpSettings
  const reading = yield* Semaphore.make(mostBodies)
  const working = yield* FiberSet.make()
  const log = yield* DeliveryLog
  yield* deliveriesAtZero(triggers.some(({ webhook }) => webhook))
  const scope = yield* Effect.scope

  /** The JSON of a request whose sender knows the secret for this name. */
  const provenBody = Effect.fnUntraced(function*(name: string, path: string, proof: Proof) {
    const request = yield* HttpServerRequest.HttpServerRequest
    const known = yield* secrets.signing(name)
    if (known.length === 0) return yield* off(path)
    const { headers } = request
    const given = proof.of(headers)
    if (given === undefined) return yield* unproven(proof)
    const body = yield* request.arrayBuffer.pipe(
      Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.fromInputUnsafe(bodyLimit)),
      Effect.catch((error) => isTooLarge(error) ? Effect.fail(tooLarge()) : Effect.die(error)),
      reading.withPermit,
      Effect.timeoutOrElse({ duration: longestBody, orElse: () => Effect.fail(busy()) }),
      Effect.map((bytes) => new Uint8Array(bytes))
    )
    if (!proof.holds(known.map(Redacted.value), body, given)) return yield* unproven(proof)
    return jsonOf(body, headers["content-type"])
  })

  /** Now, or as soon as it can be: what is about a run waits on the run, which outlives this process. */
  const handled = (forge: string, event: ForgeEvent) =>
    handle(forge, event).pipe(
      Effect.catchTag("NotNow", ({ message }) =>
        event.tag === "Labelled"
          ? Effect.retry(handle(forge, event), patient)
          : Effect.as(Effect.retry(park(forge, event), patient), `later: ${message}`)),
      Effect.catch(({ message }) => Effect.as(Effect.logError(`An event is given up: ${message}`), givenUp))
    )

  /** Goes on when whoever delivers has hung up. */
  const inTime = Effect.fnUntraced(function*(work: Effect.Effect<string>) {
    if ((yield* FiberSet.size(working)) >= mostWorking) return yield* busy()
    const fiber = yield* FiberSet.run(working, work)
    return yield* Fiber.join(fiber).pipe(
      Effect.map((result) => done(result)),
      Effect.timeoutOrElse({
        duration: promptly,
        orElse: () => Effect.succeed({ ...done("accepted", 202), later: fiber })
      })
    )
  })

  /** Every delivery is noted and counted with what came of it; refusals are answers. */
  const answered = <E extends HttpServerRespondable.Respondable & { readonly detail: string }, R>(
    webhook: string,
    route: Effect.Effect<Answer, E, R>
  ) =>
    Effect.gen(function*() {
      const { headers } = yield* HttpServerRequest.HttpServerRequest
      const answer = yield* route
      const correct = yield* log.note({
        webhook,
        ...deliveryOf(headers),
        ...answer
      })
      yield* countDelivery(webhook, answer.verdict === givenUp ? "given_up" : "taken")
      if (answer.later !== undefined) {
        yield* Effect.forkIn(
          Effect.flatMap(
            Fiber.join(answer.later),
            (verdict) =>
              Effect.andThen(correct(verdict), verdict === givenUp ? countDelivery(webhook, "given_up") : Effect.void)
          ),
          scope
        )
      }
      return response(answer)
    }).pipe(
      Effect.catch((problem) =>
        HttpServerRespondable.toResponse(problem).pipe(
          Effect.tap(({ status }) => log.note({ webhook, status, verdict: problem.detail })),
          Effect.tap(({ status }) => countDelivery(webhook, refusedVerdict(status)))
        )
      )
    )

  const fromForge = ({ name, path, proof, read }: WebhookForge) =>
    Effect.gen(function*() {
      const text = yield* provenBody(name, path, proof)
      const { headers } = yield* HttpServerRequest.HttpServerRequest
      const event = read(deliveryOf(headers).event ?? "", yield* parseJson(text))
      return event === undefined
        ? done("nothing follows from this event")
        : yield* inTime(handled(name, event))
    }).pipe(Effect.annotateLogs({ webhook: name }), (route) => answered(name, route))

  const forTrigger = Effect.fnUntraced(function*(name: string) {
    const trigger = triggers.find((each) => each.webhook && each.name === name)
    if (trigger === undefined) return yield* off(`/webhook/run/${name}`)
    const text = yield* provenBody(name, `/webhook/run/${name}`, usualProof)
    const payload = yield* parseJson(text)
    const run = Result.flatMap(webhookKey(trigger, text, payload), (what) =>
      Result.flatMap(
        webhookFields(trigger, payload),
        (fields) => triggeredRun(settings, trigger, { what, by: `trigger/${name}`, fields })
      ))
    if (Result.isFailure(run)) return yield* invalidBody(run.failure)
    const made = yield* start(run.success).pipe(
      Effect.mapError((error) =>
        new ClusterUnavailable({ detail: error.message, hint: "Deliver it again later", retryAfterSeconds: 10 })
      )
    )
    return done(`run ${made}`, 202)
  })

  for (const forge of webhookForges) yield* router.add("POST", forge.path, fromForge(forge))
  yield* router.add(
    "POST",
    triggerPath,
    Effect.flatMap(HttpRouter.params, ({ trigger = "" }) => answered(`run/${trigger}`, forTrigger(trigger)))
  )
}))
