/**
 * Tells of the end of runs, at least once: the run keeps who was told, so that a new leader goes on where the one before has stopped. Only
 * the addresses of the configuration are asked, and no redirect is followed.
 */
import type { NotificationConfig } from "@orchestrator/domain/EventsConfig"
import type { AnyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { runResources } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { RunFeed } from "@orchestrator/k8s/RunFeed"
import { DateTime, Effect, FiberMap, Redacted, Schedule, Schema, Stream } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpSettings } from "../services/HttpSettings.ts"
import { EventSecrets } from "./EventSecrets.ts"
import {
  dueNotifications,
  hasJustEnded,
  notificationBody,
  notificationId,
  notifiedAnnotation,
  withTold
} from "./NotificationBody.ts"
import { signatureOf } from "./Signature.ts"

class NotTold extends Schema.TaggedError<NotTold>()("NotTold", { message: Schema.String }) {}

/** About an hour in all; a restart within a day begins anew. */
const patient = Schedule.min([Schedule.exponential("2 seconds"), Schedule.spaced("5 minutes")]).pipe(
  Schedule.upTo({ duration: "1 hour" })
)

/** For as long as this process leads. Needs KubernetesClient, RunFeed, HttpClient, HttpSettings and EventSecrets. */
export const followEnds = Effect.fn("Notifications.follow")(
  function*(notifications: ReadonlyArray<NotificationConfig>) {
    if (notifications.length === 0) return yield* Effect.never
    const client = yield* KubernetesClient
    const http = yield* HttpClient.HttpClient
    const secrets = yield* EventSecrets
    const { namespace } = yield* HttpSettings
    const { follow } = yield* RunFeed
    /** By run and version, so that nobody is told twice at the same time. */
    const telling = yield* FiberMap.make<string>()

    const tell = Effect.fnUntraced(function*(run: CustomObject, notification: NotificationConfig) {
      const { name, url } = notification
      const kept = yield* secrets.text(`url.${name}`)
      const address = url === "" && kept !== undefined ? Redacted.value(kept) : url
      if (address === "") {
        return yield* new NotTold({ message: `notifications ${name} has no url, and there is no file url.${name}` })
      }
      const body = notificationBody(run, notification)
      const [secret] = yield* secrets.signing(name)
      const request = HttpClientRequest.post(address, {
        headers: {
          "user-agent": "orchestrator",
          "x-orchestrator-delivery": notificationId(run, name),
          ...(secret === undefined ? {} : { "x-hub-signature-256": signatureOf(Redacted.value(secret), body) })
        }
      }).pipe(HttpClientRequest.bodyText(body, "application/json"))
      const { status } = yield* http.execute(request).pipe(
        Effect.timeout("20 seconds"),
        Effect.mapError(() => new NotTold({ message: `${name} does not answer` }))
      )
      if (status < 200 || status > 299) return yield* new NotTold({ message: `${name} answers ${status}` })
    }, Effect.scoped)

    const note = ({ kind: which }: AnyRunKind, run: string, name: string) => {
      const kind = runResources[which]
      const at = { namespace, name: run }
      return client.get(kind, at).pipe(
        Effect.flatMap((run) =>
          client.patch(kind, at, {
            type: "merge",
            body: {
              metadata: {
                resourceVersion: run.metadata.resourceVersion,
                annotations: { [notifiedAnnotation]: withTold(run, name) }
              }
            }
          })
        ),
        Effect.retry({ times: 4, while: hasReason("Conflict") })
      )
    }

    const tellAll = ({ metadata: { name = "" } }: CustomObject, kind: AnyRunKind) =>
      Effect.gen(function*() {
        const run = yield* client.get(runResources[kind.kind], { namespace, name })
        for (const notification of dueNotifications(run, notifications, yield* DateTime.now)) {
          yield* Effect.retry(tell(run, notification), patient).pipe(
            Effect.andThen(note(kind, name, notification.name)),
            Effect.catch(({ message }) => Effect.logWarning(`A notification is not delivered: ${message}`))
          )
        }
      }).pipe(Effect.catch(({ message }) => Effect.logDebug(message)))

    const look = Effect.fnUntraced(function*(run: CustomObject, kind: AnyRunKind) {
      if (!hasJustEnded(run, yield* DateTime.now)) return
      yield* FiberMap.run(telling, `${run.metadata.uid} ${run.status?.["contextVersion"]}`, tellAll(run, kind), {
        onlyIfMissing: true
      })
    })

    return yield* Stream.runForEach(follow(namespace), (event) => {
      switch (event.tag) {
        case "listed":
          return Effect.forEach(event.runs, (run) => look(run, event.kind), { discard: true })
        case "changed":
          return event.change === "set" ? look(event.run, event.kind) : Effect.void
        case "unchanged":
          return Effect.void
      }
    })
  },
  Effect.scoped
)
