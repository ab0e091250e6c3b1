/**
 * Lists. All pages of one list show the same revision: a later page undoes, by the history, what has happened since. A continue token
 * holds that revision and the last key; it expires when the history no longer reaches back.
 */
import type { ListOptions } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { ObjectList } from "@orchestrator/k8s/Objects"
import { Result, Schema } from "effect"
import { forbiddenField } from "../objects/Causes.ts"
import { badRequest, gone } from "../objects/Refusal.ts"
import { keyOf, type StoredObject } from "../objects/StoredObject.ts"
import type { ObjectStore } from "../store/ObjectStore.ts"
import type { Selection } from "./Selection.ts"

const Token = Schema.fromJsonString(Schema.Struct({ rv: Schema.Int, start: Schema.String }))
const decodeToken = Schema.decodeUnknownResult(Token)
const encodeToken = Schema.encodeSync(Token)

type Listed = Result.Result<ObjectList<StoredObject>, KubernetesErrorReason>

export const listPage = (
  store: ObjectStore,
  resource: string,
  selection: Selection,
  options: ListOptions
): Listed =>
  Result.gen(function*() {
    const { after, revision } = yield* startOf(store, options)
    const all = yield* objectsAt(store, resource, revision, selection.namespace)
    const limit = options.limit === undefined || options.limit <= 0 ? Number.POSITIVE_INFINITY : options.limit
    const rest = after === undefined ? all : all.slice(indexAfter(all, after))
    const selected = selection.selective ? rest.filter(selection.matches) : rest
    const items = limit < selected.length ? selected.slice(0, limit) : selected
    const last = items.at(-1)
    // Whatever follows counts, selected or not: the server has not looked at it yet.
    const goesOn = last !== undefined && items.length === limit && last !== rest.at(-1)
    return {
      items,
      metadata: {
        resourceVersion: String(revision),
        ...(goesOn ? { continue: formatToken(revision, keyOf(last)) } : {}),
        ...(goesOn && !selection.selective ? { remainingItemCount: rest.length - items.length } : {})
      }
    }
  })

interface Start {
  readonly revision: number
  readonly after?: string
}

const startOf = (
  store: ObjectStore,
  options: ListOptions
): Result.Result<Start, KubernetesErrorReason> => {
  const { limit = 0, resourceVersion = "", resourceVersionMatch } = options
  if (options.continue !== undefined && options.continue !== "") {
    return resourceVersion !== "" && resourceVersion !== "0"
      ? Result.fail(badRequest("specifying resource version is not allowed when using continue"))
      : parseToken(store, options.continue)
  }
  if (resourceVersion === "") {
    return resourceVersionMatch === undefined
      ? Result.succeed({ revision: store.revision() })
      : Result.fail(forbiddenMatch("resourceVersionMatch is forbidden unless resourceVersion is provided"))
  }
  const wanted = parseRevision(resourceVersion)
  if (wanted === undefined) return Result.fail(badRequest(`Invalid resource version: ${resourceVersion}`))
  const exact = resourceVersionMatch === "Exact" || (resourceVersionMatch === undefined && limit > 0 && wanted > 0)
  if (exact && wanted === 0) {
    return Result.fail(forbiddenMatch("resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\""))
  }
  if (wanted > store.revision()) return Result.fail(tooLarge(wanted, store.revision()))
  return Result.succeed({ revision: exact ? wanted : store.revision() })
}

/** A revision as the wire writes it; undefined when it is none. */
export const parseRevision = (text: string): number | undefined => /^\d{1,15}$/.test(text) ? Number(text) : undefined

const forbiddenMatch = (why: string): KubernetesErrorReason => {
  const cause = forbiddenField("resourceVersionMatch", why)
  return {
    _tag: "Invalid",
    message: `ListOptions "" is invalid: ${cause.field}: ${cause.message}`,
    causes: [cause]
  }
}

const tooLarge = (wanted: number, current: number): KubernetesErrorReason => ({
  _tag: "ServerError",
  status: 504,
  retryAfterSeconds: 1,
  message: `Timeout: Too large resource version: ${wanted}, current: ${current}`
})

const formatToken = (revision: number, start: string): string =>
  Buffer.from(encodeToken({ rv: revision, start })).toString("base64url")

const parseToken = (store: ObjectStore, token: string): Result.Result<Start, KubernetesErrorReason> => {
  const decoded = decodeToken(Buffer.from(token, "base64url").toString())
  return Result.isFailure(decoded) || decoded.success.rv > store.revision()
    ? Result.fail(badRequest("continue key is not valid: expected the token of the page before"))
    : Result.succeed({ revision: decoded.success.rv, after: decoded.success.start })
}

const indexAfter = (sorted: ReadonlyArray<StoredObject>, key: string): number => {
  const index = sorted.findIndex((object) => keyOf(object) > key)
  return index < 0 ? sorted.length : index
}

/** What there was at a revision, sorted; Gone where the history does not reach back to it. */
export const objectsAt = (
  store: ObjectStore,
  resource: string,
  revision: number,
  namespace: string | undefined
): Result.Result<ReadonlyArray<StoredObject>, KubernetesErrorReason> => {
  const log = store.log(resource)
  const position = log.positionAfter(revision)
  const later = position === undefined ? undefined : log.read(position, Number.POSITIVE_INFINITY)
  if (later === undefined) return Result.fail(gone(String(revision), store.revision()))
  const current = store.list(resource, namespace)
  if (later.length === 0) return Result.succeed(current)
  const objects = new Map(current.map((object) => [keyOf(object), object]))
  for (const { object, previous } of later.toReversed()) {
    if (namespace !== undefined && object.metadata.namespace !== namespace) continue
    if (previous === undefined) objects.delete(keyOf(object))
    else objects.set(keyOf(previous), previous)
  }
  return Result.succeed([...objects.entries()].sort(([a], [b]) => a < b ? -1 : 1).map(([, object]) => object))
}
