/** Objects, lists and events in the form that the client asked for. */
import { apiVersionOf } from "@orchestrator/k8s/Kinds"
import type { WatchEvent } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesObject, ObjectList } from "@orchestrator/k8s/Objects"
import { Clock, Effect } from "effect"
import type { ServedKind } from "../kinds/ServedKinds.ts"
import { partialObject } from "../objects/PartialObject.ts"
import { columnsOf } from "./Columns.ts"
import type { Exchange } from "./Exchange.ts"
import { type IncludeObject, partialList, tableOf } from "./Table.ts"

const includes: ReadonlyArray<IncludeObject> = ["None", "Metadata", "Object"]

const includeOf = (query: URLSearchParams): IncludeObject =>
  includes.find((include) => include === query.get("includeObject")) ?? "Metadata"

const versionOf = ({ form }: Exchange): string => form.version ?? "v1"

const table = (exchange: Exchange, served: ServedKind, headings = true) => {
  const columns = columnsOf(served)
  const include = includeOf(exchange.query)
  const version = versionOf(exchange)
  return (objects: ReadonlyArray<KubernetesObject>, metadata: object, now: number, isFirst = headings): object =>
    tableOf({ columns, include, version, objects, metadata, now, headings: isFirst })
}

const revisionOf = ({ metadata }: KubernetesObject): object => ({ resourceVersion: metadata.resourceVersion ?? "" })

export const convertObject = (
  exchange: Exchange,
  served: ServedKind,
  object: KubernetesObject
): Effect.Effect<object> => {
  switch (exchange.form.as) {
    case "Table":
      return Effect.map(Clock.currentTimeMillis, (now) => table(exchange, served)([object], revisionOf(object), now))
    case "PartialObjectMetadata":
      return Effect.succeed(partialObject(object, versionOf(exchange)))
    default:
      return Effect.succeed(object)
  }
}

export const convertList = (
  exchange: Exchange,
  served: ServedKind,
  list: ObjectList<KubernetesObject>
): Effect.Effect<object> => {
  switch (exchange.form.as) {
    case "Table":
      return Effect.map(Clock.currentTimeMillis, (now) => table(exchange, served)(list.items, list.metadata, now))
    case "PartialObjectMetadataList":
      return Effect.succeed(partialList(list, versionOf(exchange)))
    default:
      return Effect.succeed({ apiVersion: apiVersionOf(served.kind), kind: `${served.kind.kind}List`, ...list })
  }
}

/** Converts the events of one watch, whose table tells its headings with the first event only. */
export const eventConverter = (
  exchange: Exchange,
  served: ServedKind
): (event: WatchEvent<KubernetesObject>, now: number) => object => {
  switch (exchange.form.as) {
    case "Table": {
      const convert = table(exchange, served)
      let isFirst = true
      return ({ object, type }, now) => {
        const converted = convert(type === "BOOKMARK" ? [] : [object], revisionOf(object), now, isFirst)
        isFirst = false
        return { type, object: converted }
      }
    }
    case "PartialObjectMetadata":
    case "PartialObjectMetadataList":
      return ({ object, type }) => ({ type, object: partialObject(object, versionOf(exchange)) })
    default:
      return (event) => event
  }
}
