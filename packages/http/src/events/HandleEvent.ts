/**
 * Does what follows from a forge's event, with the server's own rights: the person who asks has been found to may write to the repository.
 * Everything that is done is fenced by the revision of the run that it was decided on, and the run keeps what was done: so an event that
 * comes twice, or to two replicas, is done once, without a memory of ours.
 */
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import { requestedByAnnotation, requestedByUidAnnotation, waitingEventsAnnotation } from "@orchestrator/domain/Labels"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { originalUid } from "@orchestrator/domain/OriginalUid"
import { assignedNumber, shardLabels } from "@orchestrator/domain/Shards"
import { apiVersionOf, CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, isRetryable, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Context, DateTime, Duration, Effect, Layer, Option, Result, Schema } from "effect"
import { traceMarks } from "../handlers/TraceMarks.ts"
import { DeliveredRuns } from "../services/DeliveredRuns.ts"
import { ForgeApi, type ForgeRepository, type ForgeTrouble } from "../services/ForgeApi.ts"
import { HttpSettings } from "../services/HttpSettings.ts"
import { Previews } from "../services/Previews.ts"
import { answerMark, answerText, planSentence } from "./AnswerText.ts"
import { decide, type Decision, type ForgeFacts } from "./Decide.ts"
import {
  type EventRun,
  eventRun,
  isAbout,
  isOfItsPlace,
  waitingIn,
  withoutWaiting,
  withWaiting,
  workOf
} from "./EventRun.ts"
import type { EventOf, ForgeEvent } from "./ForgeEvent.ts"
import { issueFields, labelTriggers, type TriggeredRun, triggeredRun } from "./TriggerRuns.ts"

/** The event is to be handled again. */
export class NotNow extends Schema.TaggedError<NotNow>()("NotNow", { message: Schema.String }) {}

type Handled = Effect.Effect<string, NotNow>

/** An event that is older says nothing any more: forges deliver again what they could not for so long. */
const oldestEvent = Duration.days(3)

export class EventHandler extends Context.Service<EventHandler, {
  readonly triggers: OrchestratorConfig["triggers"]
  /** What was done, in a few words. `forge`: whose secret has signed it. */
  readonly handle: (forge: string, event: ForgeEvent) => Handled
  /** Keeps an event on the run that it is about until it can be handled; false where there is no such run. */
  readonly park: (forge: string, event: ForgeEvent) => Effect.Effect<boolean, KubernetesError | NotNow>
  /** Handles the events that a run keeps, and takes off those that are done. */
  readonly resume: (name: string) => Effect.Effect<void>
  /** Makes a run unless it is there; answers with its name. */
  readonly start: (run: TriggeredRun) => Effect.Effect<string, KubernetesError>
}>()("@orchestrator/http/events/HandleEvent") {
  /** Needs KubernetesClient, HttpSettings, DeliveredRuns and ForgeApi; plans are told where there are Previews. */
  static readonly layerWith = (config: Pick<OrchestratorConfig, "events" | "triggers">) =>
    Layer.effect(EventHandler, make(config))
}

const passing = (error: KubernetesError | ForgeTrouble): boolean =>
  error._tag === "ForgeTrouble" ? error.passing : isRetryable(error) || hasReason("Conflict")(error)

const make = Effect.fnUntraced(function*({ events, triggers }: Pick<OrchestratorConfig, "events" | "triggers">) {
  const client = yield* KubernetesClient
  const settings = yield* HttpSettings
  const { namespace, shards = 1 } = settings
  const { find } = yield* DeliveredRuns
  const { at } = yield* ForgeApi
  const previews = Option.getOrUndefined(yield* Effect.serviceOption(Previews))

  const start: EventHandler["Service"]["start"] = Effect.fnUntraced(function*({ by, labels, name, spec }) {
    const marks = yield* traceMarks
    return yield* client.create(CodeRunKind, {
      apiVersion: apiVersionOf(CodeRunKind),
      kind: CodeRunKind.kind,
      metadata: {
        namespace,
        name,
        labels: { ...labels, ...shardLabels(assignedNumber({ namespace, service: spec["service"], name }, shards)) },
        annotations: { [requestedByAnnotation]: by, ...marks }
      },
      spec
    }, { fieldValidation: "Strict" }).pipe(
      Effect.tap(() =>
        Effect.logInfo("Change by an event").pipe(
          Effect.annotateLogs({ user: by, verb: "create", object: `${CodeRunKind.plural}/${name}` })
        )
      ),
      Effect.catchIf(hasReason("AlreadyExists"), () => Effect.void),
      Effect.as(name)
    )
  })

  /** The newest run whose own status says that it is meant. */
  const runOf = Effect.fnUntraced(function*(event: ForgeEvent) {
    const names = yield* find(workOf(event))
    const runs = yield* Effect.forEach(names, (name) =>
      client.get(CodeRunKind, { namespace, name }).pipe(
        Effect.map(Option.some),
        Effect.catchIf(hasReason("NotFound"), () => Effect.succeedNone)
      ))
    const meant = runs.flatMap(Option.toArray).filter((run) => isAbout(run, event))
    const created = ({ metadata }: CustomObject) => metadata.creationTimestamp ?? ""
    return meant.toSorted((left, right) => created(left) < created(right) ? -1 : 1).at(-1)
  })

  const factsOf = Effect.fnUntraced(function*(event: ForgeEvent, forge: ForgeRepository, run: EventRun) {
    switch (event.tag) {
      case "PullRequest":
        return { tag: "PullRequest", pullRequest: yield* forge.pullRequest(event.number) } satisfies ForgeFacts
      case "Review":
        return {
          tag: "Review",
          mayWrite: yield* forge.mayWrite(event.author),
          review: yield* forge.review(event.number, event.author)
        } satisfies ForgeFacts
      case "Checks": {
        const number = /\/(\d+)$/.exec(String(run.run.status?.["pullRequestUrl"] ?? ""))?.[1]
        return {
          tag: "Checks",
          checks: yield* forge.checks(event.commit),
          pullRequest: number === undefined ? undefined : yield* forge.pullRequest(Number(number))
        } satisfies ForgeFacts
      }
      default:
        return { tag: "Comment", mayWrite: yield* forge.mayWrite(event.author) } satisfies ForgeFacts
    }
  })

  const planOf = Effect.fnUntraced(function*({ metadata: { name = "" } }: CustomObject) {
    if (previews === undefined) return ""
    if (!(yield* previews.isReady)) return yield* new NotNow({ message: "the runs have not been read yet" })
    return planSentence(yield* previews.ofStored({ kind: codeRun.kind, namespace, name }))
  })

  /** The answer comes first: it may be given twice, and what is done only once. */
  const perform = Effect.fnUntraced(
    function*(
      run: EventRun,
      { annotations, answer, by, ready, spec }: Extract<Decision, { tag: "change" }>,
      forge: ForgeRepository
    ) {
      const { metadata } = run.run
      if (ready !== undefined) yield* optional(forge.markReady(ready))
      if (answer !== undefined) {
        const more = answer.what === "plan" ? yield* planOf(run.run) : ""
        const text = answerText(events.answer, run.run, answer.what, more)
        yield* optional(forge.answer(answer.number, answerMark(originalUid(run.run)), text))
      }
      yield* client.patch(CodeRunKind, { namespace, name: run.name }, {
        type: "merge",
        body: {
          metadata: {
            resourceVersion: metadata.resourceVersion,
            annotations: {
              ...annotations,
              ...(by === undefined ? {} : { [requestedByAnnotation]: by, [requestedByUidAnnotation]: null })
            }
          },
          ...(spec === undefined ? {} : { spec })
        }
      }, { fieldValidation: "Strict" })
      const what = spec === undefined ? "noted" : "cancel" in spec && spec.cancel === true ? "cancel" : "retry"
      yield* Effect.logInfo("Change by an event").pipe(
        Effect.annotateLogs({ user: by ?? "", verb: what, object: `${CodeRunKind.plural}/${run.name}` })
      )
      return `${what} ${run.name}`
    }
  )

  const onLabel = Effect.fnUntraced(function*(event: EventOf<"Labelled">, forge: ForgeRepository) {
    const wanted = labelTriggers(triggers, event)
    if (wanted.length === 0) return "no trigger has this label"
    const at = DateTime.make(event.at)
    const age = Option.map(at, (time) => DateTime.distance(time, DateTime.nowUnsafe()))
    if (Option.isNone(age) || Duration.toMillis(age.value) > Duration.toMillis(oldestEvent)) {
      return "the event is too old"
    }
    if (!(yield* forge.mayWrite(event.author))) return `${event.author} may not write to the repository`
    const names = yield* Effect.forEach(wanted, (trigger) =>
      Result.match(
        triggeredRun(settings, trigger, {
          what: event.url,
          by: `${event.host}/${event.author}`,
          fields: issueFields(event, trigger)
        }),
        {
          onFailure: (problems) =>
            Effect.as(Effect.logWarning("A trigger's run is not valid", problems), `${trigger.name}: not valid`),
          onSuccess: start
        }
      ))
    return names.join(", ")
  })

  const once = Effect.fnUntraced(function*(forge: string, event: ForgeEvent) {
    if (!isOfItsPlace(event)) return `${event.page} is another repository than its own`
    if (event.tag === "Labelled" && labelTriggers(triggers, event).length === 0) return "no trigger has this label"
    const found = event.tag === "Labelled" ? undefined : yield* runOf(event)
    if (event.tag !== "Labelled" && found === undefined) return "it is about no run"
    const repository = yield* at(forge, event.host, event.repository)
    if (repository === undefined) return `${event.host} is no host of this forge, or has no token`
    if (event.tag === "Labelled") return yield* onLabel(event, repository)
    if (found === undefined) return "it is about no run"
    const run = eventRun(found)
    const facts = yield* factsOf(event, repository, run)
    const decision = decide(run, event, facts, events)
    switch (decision.tag) {
      case "ignore":
        return `nothing for ${run.name}: ${decision.why}`
      case "later":
        return yield* new NotNow({ message: decision.why })
      case "change":
        return yield* perform(run, decision, repository)
    }
  })

  const handle: EventHandler["Service"]["handle"] = (forge, event) =>
    once(forge, event).pipe(
      Effect.catch((error) =>
        error._tag === "NotNow" || passing(error)
          ? new NotNow({ message: error.message })
          : Effect.as(Effect.logWarning(`An event is not handled: ${error.message}`), `not done: ${error.message}`)
      ),
      Effect.withSpan("events.handle", { kind: "consumer", attributes: { "orchestrator.event": event.tag } })
    )

  const annotate = (run: CustomObject, value: string | null) =>
    client.patch(CodeRunKind, { namespace, name: run.metadata.name ?? "" }, {
      type: "merge",
      body: {
        metadata: { resourceVersion: run.metadata.resourceVersion, annotations: { [waitingEventsAnnotation]: value } }
      }
    })

  const tryAgain = {
    times: 4,
    while: (error: KubernetesError | NotNow) => error._tag !== "NotNow" && hasReason("Conflict")(error)
  }

  const park: EventHandler["Service"]["park"] = (forge, event) =>
    Effect.gen(function*() {
      const run = yield* runOf(event)
      if (run === undefined) return false
      const waiting = withWaiting(run, { forge, event })
      if (waiting === undefined && waitingIn(run).length === 0) return false
      if (waiting === undefined) return true
      yield* annotate(run, waiting)
      return true
    }).pipe(Effect.retry(tryAgain))

  const resume: EventHandler["Service"]["resume"] = (name) =>
    Effect.gen(function*() {
      const ref = { namespace, name }
      for (const waiting of waitingIn(yield* client.get(CodeRunKind, ref))) {
        const result = yield* handle(waiting.forge, waiting.event)
        yield* Effect.logInfo(`A waiting event is handled: ${result}`)
        yield* client.get(CodeRunKind, ref).pipe(
          Effect.flatMap((run) => annotate(run, withoutWaiting(run, waiting))),
          Effect.retry(tryAgain)
        )
      }
    }).pipe(Effect.catch(({ message }) => Effect.logDebug(`Events of ${name} wait on: ${message}`)))

  return EventHandler.of({ triggers, start, handle, park, resume })
})

/** What people see, and nothing hangs on: not being allowed to say it does not keep anything from being done. */
const optional = (said: Effect.Effect<void, ForgeTrouble>): Effect.Effect<void, ForgeTrouble> =>
  Effect.catch(said, (error) => error.passing ? Effect.fail(error) : Effect.logWarning(error.message))
