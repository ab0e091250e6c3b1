/** Requests on objects and collections, answered by the client. */
import type { DeleteOptions } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import type { ServedKind } from "../kinds/ServedKinds.ts"
import { methodNotAllowed, notServed } from "../objects/Refusal.ts"
import { decodeBody, objectOf, patchOf, patchTypeOf } from "./Body.ts"
import { convertList, convertObject } from "./Conversions.ts"
import { type Answer, type Exchange, json, orRefuse, reasonOnly, refusal } from "./Exchange.ts"
import { lackingReason } from "./Lacking.ts"
import { applyManager, deleteOptions, isWatch, listOptions, writeOptions } from "./Parameters.ts"
import type { ResourceRoute } from "./Route.ts"
import { answerSelfReview } from "./SelfReviews.ts"
import { deletedStatus } from "./StatusObject.ts"
import { podLogs, watch } from "./Streams.ts"

const answerObject = (exchange: Exchange, served: ServedKind, object: KubernetesObject, status = 200) =>
  Effect.flatMap(convertObject(exchange, served, object), (body) => json(exchange, body, status))

const parsedBody = (exchange: Exchange): Effect.Effect<unknown, KubernetesErrorReason> =>
  Effect.flatMap(exchange.body, (bytes) => orRefuse(decodeBody(exchange.contentType, bytes)))

const writing = (exchange: Exchange) => orRefuse(writeOptions(exchange.query, exchange.userAgent))

const list = Effect.fnUntraced(function*(exchange: Exchange, served: ServedKind, namespace: string | undefined) {
  const options = yield* orRefuse(listOptions(exchange.query, namespace))
  const found = yield* reasonOnly(exchange.client.list(served.kind, options))
  return yield* json(exchange, yield* convertList(exchange, served, found))
})

const create = Effect.fnUntraced(function*(exchange: Exchange, served: ServedKind, namespace: string | undefined) {
  const options = yield* writing(exchange)
  const { kind } = served
  const place = { kind, isCustom: served.definition !== undefined, namespace, name: undefined }
  const object = yield* orRefuse(objectOf(yield* parsedBody(exchange), place))
  const reviewed = answerSelfReview(kind, object, exchange.kinds)
  if (reviewed !== undefined) return yield* answerObject(exchange, served, reviewed, 201)
  return yield* exchange.client.create(kind, object, options).pipe(
    Effect.flatMap((created) => answerObject(exchange, served, created, 201)),
    // The path does not name the object, its refusal must.
    Effect.catch(({ reason }) =>
      Effect.succeed(refusal(reason, { ...kind, kind: kind.kind, name: object.metadata.name }))
    )
  )
})

/** Kinds whose deletion answers with the object even when it is gone at once. */
const returnsDeleted = ["/pods", "/persistentvolumeclaims", "/serviceaccounts", "/namespaces", "/nodes"]

const isStillThere = ({ metadata }: KubernetesObject): boolean =>
  metadata.deletionTimestamp !== undefined &&
  ((metadata.finalizers ?? []).length > 0 || (metadata.deletionGracePeriodSeconds ?? 0) > 0)

const remove = Effect.fnUntraced(function*(exchange: Exchange, served: ServedKind, route: ResourceRoute, name: string) {
  const options = yield* orRefuse(deleteOptions(exchange.query, yield* parsedBody(exchange)))
  const ref = { name, namespace: route.namespace }
  const object = yield* reasonOnly(exchange.client.delete(served.kind, ref, options))
  return isStillThere(object) || returnsDeleted.includes(served.resource)
    ? yield* answerObject(exchange, served, object)
    : yield* json(exchange, deletedStatus({ ...route, name }, object.metadata.uid))
})

const removeAll = Effect.fnUntraced(function*(exchange: Exchange, served: ServedKind, namespace: string | undefined) {
  const options: DeleteOptions = yield* orRefuse(deleteOptions(exchange.query, yield* parsedBody(exchange)))
  const selection = yield* orRefuse(listOptions(exchange.query, namespace))
  const found = yield* reasonOnly(exchange.client.list(served.kind, selection))
  yield* Effect.forEach(
    found.items,
    ({ metadata }) =>
      exchange.client.delete(served.kind, { name: metadata.name ?? "", namespace: metadata.namespace }, options).pipe(
        reasonOnly,
        Effect.catchTag("NotFound", () => Effect.void)
      ),
    { discard: true }
  )
  return yield* json(exchange, yield* convertList(exchange, served, found))
})

const replace = Effect.fnUntraced(
  function*(exchange: Exchange, served: ServedKind, route: ResourceRoute, name: string) {
    const options = yield* writing(exchange)
    const { kind } = served
    const place = { kind, isCustom: served.definition !== undefined, namespace: route.namespace, name }
    const object = yield* orRefuse(objectOf(yield* parsedBody(exchange), place))
    const write = route.subresource === "status" ? exchange.client.replaceStatus : exchange.client.replace
    return yield* answerObject(exchange, served, yield* reasonOnly(write(kind, object, options)))
  }
)

const isFound = Effect.match({ onFailure: () => false, onSuccess: () => true })

const patch = Effect.fnUntraced(function*(exchange: Exchange, served: ServedKind, route: ResourceRoute, name: string) {
  const { client, contentType, query } = exchange
  const options = yield* writing(exchange)
  const type = yield* orRefuse(patchTypeOf(contentType, served.definition !== undefined))
  const apply = type === "apply"
    ? { fieldManager: yield* orRefuse(applyManager(query)), force: query.get("force") === "true" }
    : undefined
  const body = yield* orRefuse(patchOf(type, yield* parsedBody(exchange), apply))
  const ref = { name, namespace: route.namespace }
  const isThere = apply === undefined || (yield* isFound(client.get(served.kind, ref)))
  const write = route.subresource === "status" ? client.patchStatus : client.patch
  return yield* answerObject(
    exchange,
    served,
    yield* reasonOnly(write(served.kind, ref, body, options)),
    isThere ? 200 : 201
  )
})

const collection = (exchange: Exchange, served: ServedKind, { namespace }: ResourceRoute): Answer => {
  switch (exchange.method) {
    case "GET":
      return isWatch(exchange.query) ? watch(exchange, served, namespace) : list(exchange, served, namespace)
    case "POST":
      return create(exchange, served, namespace)
    case "DELETE":
      return removeAll(exchange, served, namespace)
    default:
      return Effect.fail(methodNotAllowed)
  }
}

const single = (exchange: Exchange, served: ServedKind, route: ResourceRoute, name: string): Answer => {
  switch (exchange.method) {
    case "GET":
      return Effect.flatMap(
        reasonOnly(exchange.client.get(served.kind, { name, namespace: route.namespace })),
        (object) => answerObject(exchange, served, object)
      )
    case "PUT":
      return replace(exchange, served, route, name)
    case "PATCH":
      return patch(exchange, served, route, name)
    case "DELETE":
      return route.subresource === undefined ? remove(exchange, served, route, name) : Effect.fail(methodNotAllowed)
    default:
      return Effect.fail(methodNotAllowed)
  }
}

/** The kind that a path names; undefined where it is not served. */
export const findServed = (kinds: ReadonlyArray<ServedKind>, route: ResourceRoute): ServedKind | undefined =>
  kinds.find(({ kind }) => kind.plural === route.plural && kind.group === route.group && kind.version === route.version)

/** Whether a path with or without a namespace can be of this kind. */
const fits = ({ kind }: ServedKind, { name, namespace }: ResourceRoute, method: string): boolean => {
  if (!kind.namespaced) return namespace === undefined
  return namespace !== undefined || (name === undefined && method === "GET")
}

export const answerResource = (exchange: Exchange, route: ResourceRoute): Answer => {
  const served = findServed(exchange.kinds, route)
  if (served === undefined || !fits(served, route, exchange.method)) return Effect.fail(notServed)
  const { name, namespace, subresource } = route
  if (name === undefined) return collection(exchange, served, route)
  if (subresource === undefined) return single(exchange, served, route, name)
  if (subresource === "status" && served.kind.hasStatus) return single(exchange, served, route, name)
  return subresource === "log" && served.resource === "/pods" && exchange.method === "GET"
    ? podLogs(exchange, namespace, name)
    : Effect.fail(lackingReason(served, subresource) ?? notServed)
}
