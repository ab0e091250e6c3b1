/**
 * Who may do what, as part of the contract: every endpoint of runs says what its requester needs of Kubernetes' RBAC, on the very objects
 * that it works with. How that is found out is left to `access/`.
 */
import type { AnyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { Context, type Effect } from "effect"
import { HttpApiMiddleware, HttpApiSecurity, OpenApi } from "effect/http-api"
import { AccessUnknown, PermissionMissing, Unauthenticated } from "./Problem.ts"

/** Plural names of the resources. */
export type Resource =
  | AnyRunKind["plural"]
  | "configmaps"
  | "events"
  | "jobs"
  | "leases"
  | "persistentvolumeclaims"
  | "pods"
  | "secrets"

type Verb = "get" | "list" | "create" | "update" | "patch" | "delete" | "use"

export interface Need {
  readonly verb: Verb
  /** Verbs of which each is as good. */
  readonly or?: ReadonlyArray<Verb>
  readonly resource: Resource
  readonly subresource?: string
  /** Whether it is about the run that the path names. */
  readonly named?: true
  /** The one object that it is about. */
  readonly name?: string
}

/** A need, of the object that it is about; without a name, of every object in the namespace. */
export type Permission = Omit<Need, "named">

/** Annotation of an endpoint. */
export class Needs extends Context.Service<Needs, ReadonlyArray<Need>>()("@orchestrator/http/contract/Needs") {}

/** Annotation of an endpoint that changes objects which its path does not name: what it does with each of them. */
export class AskedFor extends Context.Service<AskedFor, string>()("@orchestrator/http/contract/AskedFor") {}

/** Annotation of an endpoint that changes nothing, although it takes the permissions of one that does. */
export class ChangesNothing extends Context.Service<ChangesNothing, true>()(
  "@orchestrator/http/contract/ChangesNothing"
) {}

/** What one does with runs. */
export const needsOf = (resource: Resource) =>
  ({
    list: { verb: "list", resource },
    create: { verb: "create", resource },
    get: { verb: "get", resource, named: true },
    change: { verb: "patch", or: ["update"], resource, named: true },
    delete: { verb: "delete", resource, named: true }
  }) satisfies Readonly<Record<string, Need>>

/** Reading the files of runs: ConfigMaps are named anew for every attempt, so it is every ConfigMap of the namespace. */
export const fileNeeds: ReadonlyArray<Need> = [{ verb: "get", resource: "configmaps" }]

/** Reading what the cluster says of objects: Events are named by the cluster. */
export const eventNeeds: ReadonlyArray<Need & Permission> = [{ verb: "list", resource: "events" }]

/** Reading the logs of agents: likewise the logs of every pod. */
export const logNeeds: ReadonlyArray<Need & Permission> = [{ verb: "get", resource: "pods", subresource: "log" }]

export type AccessProblem = Unauthenticated | PermissionMissing | AccessUnknown

/** Owner of a token, as the cluster knows it. */
export interface User {
  readonly username: string
  readonly uid?: string
  readonly groups?: ReadonlyArray<string>
  readonly extra?: Readonly<Record<string, ReadonlyArray<string>>>
}

/** Who that is where nobody is asked; the name that Kubernetes has for it. */
export const anybody: User = { username: "system:anonymous" }

/** Whoever sent the request that is being answered. */
export class Requester extends Context.Service<Requester, {
  readonly user: User
  /**
   * Fails unless all of it is allowed, by decisions that are fresh now; answers with the time, in milliseconds of the monotonic clock, until
   * which they are.
   */
  readonly require: (permissions: ReadonlyArray<Permission>) => Effect.Effect<number, AccessProblem>
}>()("@orchestrator/http/contract/Requester") {}

const bearer = HttpApiSecurity.bearer.pipe(HttpApiSecurity.annotate(
  OpenApi.Description,
  "A token of the Kubernetes cluster, such as that of `kubectl create token`. What it allows is what RBAC allows its owner. "
    + "Not asked for where the server runs with `auth.mode: none`."
))

/** For endpoints that need a permission. */
export class Authorized extends HttpApiMiddleware.Service<Authorized, { readonly provides: Requester }>()(
  "@orchestrator/http/contract/Authorized",
  { security: { bearer }, error: [Unauthenticated, PermissionMissing, AccessUnknown] }
) {}
