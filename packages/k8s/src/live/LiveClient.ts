/**
 * KubernetesClient over HTTP: a real API server or the embedded cluster's HTTP face. Builds the requests and trusts the server with the
 * shape of the objects, which the kind names.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { Config, Context, Duration, Effect, Layer, Predicate, Semaphore } from "effect"
import { ApiServer } from "../ApiServer.ts"
import { apiVersionOf, type Kind, LeaseKind, pathOf, PodKind } from "../Kinds.ts"
import {
  type DeleteOptions,
  describeRef,
  KubernetesClient,
  type ListOptions,
  type ObjectRef,
  type Patch,
  type Selectors,
  type WriteOptions
} from "../KubernetesClient.ts"
import { KubernetesError } from "../KubernetesError.ts"
import type { KubernetesObject, ObjectList } from "../Objects.ts"
import { type ConnectionError, fromKubeconfig, fromServer, type ServerOptions } from "./Access.ts"
import { connect } from "./Connection.ts"
import { makeDeadlines } from "./Deadlines.ts"
import { makeReachability } from "./Reachability.ts"
import { makeServerClock, type ServerClock } from "./ServerClock.ts"
import { fromServiceAccount } from "./ServiceAccount.ts"
import { isStatus } from "./Status.ts"
import * as Transport from "./Transport.ts"
import { decodeWatch } from "./Watch.ts"

export interface LiveOptions {
  /** File to read. Absent: KUBECONFIG, ~/.kube/config, or the pod's service account. */
  readonly kubeconfig?: string | undefined
  /** Absent: the kubeconfig's current context. */
  readonly context?: string | undefined
  /** Instead of a kubeconfig. */
  readonly server?: ServerOptions | undefined
  /** Connections kept for requests that are not watches or logs. Default 16. */
  readonly connections?: number | undefined
  /** Time for one request. Default 30 seconds. */
  readonly timeout?: Duration.Input | undefined
  /** Largest answer, also largest object of a watch. Default 64 MiB. */
  readonly maxResponseBytes?: number | undefined
  /** Whether objects are read without their managed fields, which are half of most. Lists have them all the same. */
  readonly withoutManagedFields?: boolean | undefined
}

/** undefined where whole objects are wanted. A server that knows no such form sends those. */
const acceptOf = ({ metadataOnly }: Kind, form: "PartialObjectMetadata" | "PartialObjectMetadataList") =>
  metadataOnly === true ? `application/json;as=${form};g=meta.k8s.io;v=v1,application/json` : undefined

const selectorQuery = ({ fieldSelector, labelSelector }: Selectors) => ({ fieldSelector, labelSelector })

const writeQuery = ({ dryRun, fieldManager, fieldValidation }: WriteOptions = {}) => ({
  dryRun: dryRun === true ? "All" : undefined,
  fieldManager,
  fieldValidation
})

const deleteBody = ({ dryRun, gracePeriodSeconds, propagationPolicy, resourceVersion, uid }: DeleteOptions) => ({
  apiVersion: "v1",
  kind: "DeleteOptions",
  propagationPolicy,
  gracePeriodSeconds,
  preconditions: uid === undefined && resourceVersion === undefined ? undefined : { uid, resourceVersion },
  dryRun: dryRun === true ? ["All"] : undefined
})

const patchTypes: Readonly<Record<Patch["type"], string>> = {
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml"
}

const patchBody = (kind: Kind, ref: ObjectRef, patch: Patch): unknown =>
  patch.type === "apply"
    ? {
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      ...patch.body,
      metadata: { name: ref.name, ...("metadata" in patch.body ? patch.body.metadata as object : {}) }
    }
    : patch.body

const patchQuery = (patch: Patch, options: WriteOptions | undefined) =>
  patch.type === "apply"
    ? { ...writeQuery(options), fieldManager: patch.fieldManager, force: patch.force === true ? true : undefined }
    : writeQuery(options)

/** Lists of built-in kinds leave the items' kind out. */
const withKind = (kind: Kind) => {
  const apiVersion = apiVersionOf(kind)
  return <A extends KubernetesObject>(object: A): A =>
    Predicate.isObject(object) && object.kind === undefined ? { ...object, apiVersion, kind: kind.kind } : object
}

/** No items at all are written as null by some servers. */
const isListOf = <A>(
  body: unknown
): body is { readonly items: ReadonlyArray<A> | null; readonly metadata: ObjectList<A>["metadata"] } =>
  Predicate.hasProperty(body, "items") && (body.items === null || Array.isArray(body.items)) &&
  Predicate.hasProperty(body, "metadata") && Predicate.isObject(body.metadata)

const isObjectOf = <A>(body: unknown): body is A =>
  Predicate.hasProperty(body, "metadata") && Predicate.isObject(body.metadata)

const malformed = (operation: string, ref: string, expected: string) =>
  new KubernetesError({ operation, ref, reason: { _tag: "Malformed", message: `expected ${expected}` } })

/** What is left to say of an object that is gone: a `Status` carries its name and uid. */
const deletedObject = (kind: Kind, ref: ObjectRef, status: unknown): KubernetesObject => {
  const details = Predicate.hasProperty(status, "details") && Predicate.isObject(status.details) ? status.details : {}
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: {
      name: ref.name,
      ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
      ...(Predicate.hasProperty(details, "uid") && typeof details.uid === "string" ? { uid: details.uid } : {})
    }
  }
}

/** Bytes of a page of several objects; what is larger is asked for again with fewer. */
const maxPageBytes = 8 * 1024 * 1024
/** Lists that are read at a time: each is in memory several times before it is an answer. */
const mostLists = 4

const poolOf = (kind: Kind): Transport.ApiRequest["pool"] =>
  kind.createOnly
    ? "reviews"
    : kind.plural === LeaseKind.plural && kind.group === LeaseKind.group
    ? "lease"
    : "requests"

const isTooLarge = ({ reason }: KubernetesError): boolean => reason._tag === "Malformed" && reason.tooLarge === true

const make = (
  transport: Transport.Transport,
  { leaveOut, maxResponseBytes: maxObjectBytes }: Transport.TransportOptions
): KubernetesClient["Service"] => {
  const lists = Semaphore.makeUnsafe(mostLists)

  /** `A` is what the server stores under this kind. */
  const object = <A extends KubernetesObject>(kind: Kind<A>, request: Transport.ApiRequest) =>
    Effect.flatMap(
      transport.request({ ...request, pool: poolOf(kind), accept: acceptOf(kind, "PartialObjectMetadata") }),
      (body) =>
        isObjectOf<A>(body)
          ? Effect.succeed(withKind(kind)(body))
          : Effect.fail(malformed(request.operation, request.ref, "an object with metadata"))
    )

  const send = <A extends KubernetesObject>(
    operation: string,
    method: "POST" | "PUT",
    kind: Kind<A>,
    value: A,
    options: WriteOptions | undefined,
    subresource?: string
  ) => {
    const { name, namespace } = value.metadata
    return object(kind, {
      operation,
      ref: describeRef(kind, { name: name ?? value.metadata.generateName, namespace }),
      method,
      path: pathOf(kind, namespace, method === "POST" ? undefined : name ?? "", subresource),
      query: writeQuery(options),
      body: { ...value, apiVersion: value.apiVersion ?? apiVersionOf(kind), kind: value.kind ?? kind.kind }
    })
  }

  const patch = <A extends KubernetesObject>(
    operation: string,
    kind: Kind<A>,
    ref: ObjectRef,
    patch: Patch,
    options: WriteOptions | undefined,
    subresource?: string
  ) =>
    object(kind, {
      operation,
      ref: describeRef(kind, ref),
      method: "PATCH",
      path: pathOf(kind, ref.namespace, ref.name, subresource),
      query: patchQuery(patch, options),
      contentType: patchTypes[patch.type],
      body: patchBody(kind, ref, patch)
    })

  return KubernetesClient.of({
    get: (kind, ref) =>
      object(kind, {
        operation: "get",
        ref: describeRef(kind, ref),
        method: "GET",
        path: pathOf(kind, ref.namespace, ref.name)
      }),

    list: <A extends KubernetesObject>(
      kind: Kind<A>,
      options: ListOptions = {}
    ) => {
      const ref = describeRef(kind, { namespace: options.namespace })
      const { continue: token, limit, resourceVersion, resourceVersionMatch } = options
      const rest = { ...selectorQuery(options), continue: token, resourceVersion, resourceVersionMatch }
      const path = pathOf(kind, options.namespace)
      const page = (limit: number | undefined): Effect.Effect<unknown, KubernetesError> => {
        const query = { ...rest, limit }
        const asked = transport.request({
          operation: "list",
          ref,
          method: "GET",
          path,
          query,
          gzip: true,
          accept: acceptOf(kind, "PartialObjectMetadataList"),
          maxBytes: limit === undefined || limit <= 1 ? undefined : maxPageBytes
        })
        return limit === undefined || limit <= 1
          ? asked
          : Effect.catchIf(asked, isTooLarge, () => page(Math.max(1, Math.floor(limit / 4))))
      }
      return lists.withPermits(1)(Effect.flatMap(
        page(limit),
        (body) =>
          isListOf<A>(body)
            ? Effect.succeed({ items: (body.items ?? []).map(withKind(kind)), metadata: body.metadata })
            : Effect.fail(malformed("list", ref, "a list with items and metadata"))
      ))
    },

    watch: (kind, options = {}) => {
      const ref = describeRef(kind, { namespace: options.namespace })
      const { allowWatchBookmarks, isKnown, isRead, resourceVersion, sendInitialEvents, timeoutSeconds } = options
      return transport.stream({
        operation: "watch",
        ref,
        method: "GET",
        path: pathOf(kind, options.namespace),
        maxSilenceSeconds: longestSilence(allowWatchBookmarks, timeoutSeconds),
        accept: acceptOf(kind, "PartialObjectMetadata"),
        query: {
          ...selectorQuery(options),
          watch: true,
          allowWatchBookmarks,
          resourceVersion,
          sendInitialEvents,
          resourceVersionMatch: sendInitialEvents === undefined ? undefined : "NotOlderThan",
          timeoutSeconds
        }
      }).pipe(decodeWatch({ ref, maxObjectBytes, isKnown, isRead, fixed: kind.fixed, leaveOut }))
    },

    create: (kind, value, options) => send("create", "POST", kind, value, options),
    replace: (kind, value, options) => send("replace", "PUT", kind, value, options),
    replaceStatus: (kind, value, options) => send("replaceStatus", "PUT", kind, value, options, "status"),
    patch: (kind, ref, value, options) => patch("patch", kind, ref, value, options),
    patchStatus: (kind, ref, value, options) => patch("patchStatus", kind, ref, value, options, "status"),

    delete: <A extends KubernetesObject>(kind: Kind<A>, ref: ObjectRef, options: DeleteOptions = {}) => {
      const request = {
        operation: "delete",
        ref: describeRef(kind, ref),
        method: "DELETE",
        path: pathOf(kind, ref.namespace, ref.name),
        body: deleteBody(options)
      } as const
      return Effect.flatMap(transport.request(request), (body) => {
        if (isStatus(body)) return Effect.succeed(deletedObject(kind, ref, body) as A)
        return isObjectOf<A>(body)
          ? Effect.succeed(withKind(kind)(body))
          : Effect.fail(malformed("delete", request.ref, "an object or a Status"))
      })
    },

    podLogs: (ref, options = {}) =>
      transport.stream({
        operation: "podLogs",
        ref: describeRef(PodKind, ref),
        method: "GET",
        path: pathOf(PodKind, ref.namespace, ref.name, "log"),
        query: { ...options }
      })
  })
}

const apiServer = (transport: Transport.Transport, { offsetMillis }: ServerClock): ApiServer["Service"] => ({
  document: (path) => transport.request({ operation: "get", ref: path, method: "GET", path, gzip: true }),
  ask: (path, body) => transport.request({ operation: "review", ref: path, method: "POST", path, body }),
  clockOffsetMillis: offsetMillis
})

/** In a pod without a kubeconfig its service account. */
const foundAccess = Effect.fnUntraced(function*(options: LiveOptions) {
  const own = options.kubeconfig === undefined && options.context === undefined ? yield* fromServiceAccount : undefined
  return own ?? (yield* fromKubeconfig(options))
})

/** The client of the API server that the options name. */
export const layerWith = (options: LiveOptions): Layer.Layer<KubernetesClient | ApiServer, ConnectionError> =>
  Layer.effectContext(
    Effect.gen(function*() {
      const access = options.server === undefined ? yield* foundAccess(options) : fromServer(options.server)
      const connection = yield* connect(access, { connections: options.connections ?? 16 })
      const maxResponseBytes = options.maxResponseBytes ?? 64 * 1024 * 1024
      const timeout = Duration.fromInputUnsafe(options.timeout ?? "30 seconds")
      const reachability = makeReachability(access.server)
      const limits = { timeout, maxResponseBytes, leaveOut: options.withoutManagedFields }
      const serverClock = makeServerClock()
      const transport = Transport.make(connection, limits, reachability, serverClock, yield* makeDeadlines)
      return Context.make(KubernetesClient, make(transport, limits)).pipe(
        Context.add(ApiServer, apiServer(transport, serverClock))
      )
    })
  ).pipe(Layer.provide(NodeFileSystem.layer))

/** The client of the cluster that kubectl would use, or that this pod runs in. */
export const layer: Layer.Layer<KubernetesClient | ApiServer, ConnectionError> = layerWith({})

export const layerConfig = (
  options: Config.Wrap<LiveOptions>
): Layer.Layer<KubernetesClient | ApiServer, ConnectionError | Config.ConfigError> =>
  Layer.unwrap(Effect.map(Config.unwrap(options), layerWith))

/** The server ends a watch itself, and sends a bookmark every minute: a connection that is silent beyond that has died. */
const longestSilence = (bookmarks: boolean | undefined, timeoutSeconds: number | undefined): number | undefined => {
  const end = timeoutSeconds === undefined ? Number.POSITIVE_INFINITY : timeoutSeconds + 30
  const silence = Math.min(end, bookmarks === true ? 90 : Number.POSITIVE_INFINITY)
  return Number.isFinite(silence) ? silence : undefined
}
