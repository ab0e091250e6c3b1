/**
 * `/api/v1/events`: changes of runs as Server-Sent Events. They tell what changes and not what there is, as the watches of Kubernetes do: a
 * client lists once it has been told to by `reset`, and what is told from then on is later than that list.
 */
import { runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { Schema, Struct } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authorized, Needs } from "./Access.ts"
import { AnyRunAnswer, everyFilter } from "./kinds/RunGroups.ts"
import { TooManyStreams } from "./Problem.ts"
import { ChecksParameters } from "./RequestChecks.ts"
import { filterFields } from "./RunFilters.ts"

const KindName = Schema.Literals(Struct.keys(runKinds))

const id = Schema.String.annotate({
  description: "Where the stream is after this event: sent as `Last-Event-ID` it is gone on with from there"
})

const event = <const Name extends string, Data extends Schema.Struct.Fields>(name: Name, data: Data) =>
  Schema.Struct({ event: Schema.Literal(name), data: Schema.fromJsonString(Schema.Struct(data)) })

const reset = Schema.Struct({
  ...event("reset", {
    reason: Schema.Literals(["begin", "expired", "gap"]).annotate({
      description:
        "`begin`: no Last-Event-ID was sent, or none that is known here. `expired`: it is from before what is remembered. `gap`: the cluster "
        + "could not tell of every change"
    }),
    kinds: Schema.Array(KindName).annotate({ description: "Whose changes are told" })
  }).fields,
  id
}).annotate({
  identifier: "ResetEvent",
  description:
    "What is known of runs may be old: list them now. Every change that such a list does not have is told from here on; one that is older "
    + "than what was listed, by `resourceVersion`, is to be left out"
})

const run = Schema.Struct({
  ...event("run", {
    change: Schema.Literals(["set", "removed"]).annotate({
      description:
        "`set`: it is new or has changed. `removed`: it is gone, or no longer among those that were asked for"
    }),
    run: AnyRunAnswer.annotate({
      description:
        "The run as it is now, or for one that is gone as it was last known, which may lack `spec` and `status`"
    })
  }).fields,
  id
}).annotate({ identifier: "RunEvent", description: "A run has changed" })

const heartbeat = Schema.Struct({
  ...event("heartbeat", {
    everySeconds: Schema.Int.annotate({
      description: "When the next one is due: who hears nothing for longer has lost the connection"
    })
  }).fields,
  id: Schema.optionalKey(id)
}).annotate({
  identifier: "HeartbeatEvent",
  description: "Nothing else has happened for a while. Its id is as good as that of a change"
})

const end = event("end", {
  reason: Schema.Literals(["stopping", "behind", "revoked", "access-unknown"]).annotate({
    description:
      "`stopping`: this server stops. `behind`: the client reads more slowly than runs change. `revoked`: its token is no longer accepted or "
      + "may no longer list what it listed. `access-unknown`: the cluster does not say whether it may"
  }),
  message: Schema.String.annotate({ description: "The same for people, and what to do" })
}).annotate({ identifier: "EndEvent", description: "The last event: the stream ends here" })

const RunStream = Schema.Union([reset, run, heartbeat, end])
export type RunStreamEvent = typeof RunStream.Type

export class RunEvents extends HttpApiGroup.make("events").add(
  HttpApiEndpoint.get("follow", "/events", {
    query: {
      kind: Schema.optionalKey(
        KindName.annotate({
          description: "Only runs of this kind. Default: of every kind that has what is selected by"
        })
      ),
      ...filterFields(everyFilter)
    },
    headers: {
      "last-event-id": Schema.optionalKey(
        Schema.String.annotate({ description: "`id` of the last event that was received: goes on after it" })
      )
    },
    success: HttpApiSchema.StreamSse({ events: RunStream }),
    error: [TooManyStreams]
  }).annotate(Needs, []).annotateMerge(OpenApi.annotations({
    summary: "Follow runs",
    description:
      "Changes of the runs that the requester may list, of every kind, as Server-Sent Events. Without a `Last-Event-ID` that is remembered the "
      + "first event is `reset`; then come `run` for each change and `heartbeat` where there is none for 15 seconds. Another replica "
      + "goes on with an id if it remembers as much. Resume with the same filters."
  }))
).prefix("/api/v1").middleware(ChecksParameters).middleware(Authorized).annotateMerge(
  OpenApi.annotations({ title: "Events", description: "What happens to runs, as it happens." })
) {}
