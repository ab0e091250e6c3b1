/**
 * `/api/v1/installation`: how the installation is, for who looks after it. Whoever may read the leader's Lease is one of them; pods and runs
 * are told of to who may list those.
 */
import { leaderLease } from "@orchestrator/domain/Names"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authorized, type Need, Needs } from "./Access.ts"
import { count, maybe, text } from "./Described.ts"
import { cluster } from "./RunEndpoints.ts"

const maybeNumber = (description: string) => Schema.optionalKey(Schema.Finite.annotate({ description }))

export const Finding = Schema.Struct({
  check: text("What was looked at"),
  status: Schema.Literals(["ok", "warn", "fail"]).annotate({ description: "`fail`: something does not work" }),
  found: text("What was found"),
  next: maybe("What to do next, where there is something")
}).annotate({ identifier: "Finding", description: "One thing that was looked at" })
export type Finding = typeof Finding.Type

const ApiServerState = Schema.Struct({
  reachable: Schema.Boolean.annotate({ description: "Whether it has answered a read just now" }),
  latencyMillis: Schema.Finite.annotate({ description: "How long that took" }),
  version: maybe("Its version, where it has said so"),
  problem: maybe("Why it is not reachable")
}).annotate({
  identifier: "ApiServerState",
  description: "The Kubernetes API server, as the replica that answers sees it"
})

const Leader = Schema.Struct({
  identity: text("The replica that controls the runs; empty: nobody does at this moment"),
  isThisReplica: Schema.Boolean.annotate({ description: "Whether it is the one that answers" }),
  since: maybe("RFC 3339 time since which it leads"),
  renewedAt: maybe("RFC 3339 time at which it last said so"),
  leaseSeconds: maybeNumber("How long after that another one may take over"),
  transitions: maybeNumber("How often the leader has changed")
}).annotate({ identifier: "Leader", description: "Who leads, by the Lease; of a program that is alone, itself" })

const Replica = Schema.Struct({
  name: text("Name of its pod"),
  phase: text("Pending, Running, ..."),
  ready: Schema.Boolean.annotate({ description: "Whether it serves" }),
  startedAt: maybe("RFC 3339 time of its start"),
  restarts: count("How often its container was started again"),
  node: maybe("Node that it runs on"),
  image: maybe("Image that it runs")
}).annotate({ identifier: "Replica", description: "A pod of the orchestrator" })

const CacheState = Schema.Struct({
  kind: text("Plural name of the objects; of Events, also which"),
  objects: count("How many are kept"),
  listedAt: maybe("RFC 3339 time of the last whole list; absent: there has been none"),
  changedAt: maybe("RFC 3339 time of the last change; absent: none since the list"),
  problem: maybe("Why changes are not seen now")
}).annotate({ identifier: "CacheState", description: "What the replica that answers keeps of a kind of objects" })
export type CacheState = typeof CacheState.Type

const LimitState = Schema.Struct({
  name: text("Its key in the configuration: `limits.activeRuns`, `budgets.daily`"),
  of: maybe("GitHub user or service that it is counted for"),
  used: maybeNumber(
    "How much of it is used now, where it is counted; of a budget what is spent, and what runs that work may spend"
  ),
  limit: maybeNumber("What is configured; absent: any number")
}).annotate({ identifier: "LimitState", description: "A limit of the configuration, and what is used of it" })
export type LimitState = typeof LimitState.Type

const Delivery = Schema.Struct({
  at: text("RFC 3339 time at which it came"),
  webhook: text("`github`, `gitea`, or `run/NAME` of a trigger"),
  event: maybe("Which event it says it is; of one that is not signed nothing is repeated"),
  id: maybe("By which the forge's page of deliveries has it"),
  status: count("HTTP status of the answer"),
  verdict: text("What came of it")
}).annotate({ identifier: "Delivery", description: "A delivery of a webhook" })
export type Delivery = typeof Delivery.Type

export const Installation = Schema.Struct({
  version: text("Version of the orchestrator"),
  namespace: text("Namespace of the runs"),
  identity: maybe("The replica that answers"),
  startedAt: maybe("RFC 3339 time of its start"),
  apiServer: ApiServerState,
  leader: Schema.optionalKey(Leader),
  replicas: Schema.optionalKey(
    Schema.Array(Replica).annotate({
      description: "Pods of the orchestrator in that namespace; absent for who may not list pods"
    })
  ),
  caches: Schema.Array(CacheState).annotate({ description: "Caches of the replica that answers" }),
  limits: Schema.Array(LimitState).annotate({ description: "Limits, and what is used of them" }),
  deliveries: Schema.optionalKey(
    Schema.Array(Delivery).annotate({
      description:
        "The last 100 deliveries of webhooks to the replica that answers, and of those that it refused 20, since its start; the newest first. "
        + "Absent for who may not list runs"
    })
  ),
  findings: Schema.Array(Finding).annotate({
    description: "What was looked at, what is amiss, and what to do about it"
  })
}).annotate({ identifier: "Installation", description: "How the installation is at this moment" })
export type Installation = typeof Installation.Type

const installationNeeds: ReadonlyArray<Need> = [{ verb: "get", resource: "leases", name: leaderLease }]

export class Installations extends HttpApiGroup.make("installation").add(
  HttpApiEndpoint.get("get", "/", { success: Installation, error: [...cluster] })
    .annotate(Needs, installationNeeds).annotateMerge(OpenApi.annotations({
      summary: "Read how the installation is",
      description:
        "Leader and replicas, the API server, caches, versions, limits, deliveries of webhooks and findings. What is of one replica (caches, "
        + "deliveries) is of the one that answers."
    }))
).prefix("/api/v1/installation").middleware(Authorized).annotateMerge(OpenApi.annotations({
  title: "Installation",
  description: "For who looks after the installation."
})) {}
