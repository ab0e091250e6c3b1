/** Events of events.k8s.io/v1 are those of v1 in another form: one object, written and read by either. */
import { EventKind, type Kind, SeriesEventKind } from "@orchestrator/k8s/Kinds"
import type {
  DeleteOptions,
  KubernetesClient,
  ListOptions,
  ObjectRef,
  Patch,
  WatchOptions,
  WriteOptions
} from "@orchestrator/k8s/KubernetesClient"
import type { Event, KubernetesObject } from "@orchestrator/k8s/Objects"
import { Effect, Predicate, Record, Stream } from "effect"
import { viewAs } from "./objects/StoredObject.ts"

type Client = KubernetesClient["Service"]

const isSeries = ({ group, plural }: Kind): boolean =>
  group === SeriesEventKind.group && plural === SeriesEventKind.plural

/** Names of the same fields: of v1, and of events.k8s.io/v1. */
const names = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["reportingComponent", "reportingController"],
  ["source", "deprecatedSource"],
  ["count", "deprecatedCount"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"]
] as const

const toCore: Readonly<Record<string, string>> = Object.fromEntries(names.map(([core, series]) => [series, core]))
const toSeries: Readonly<Record<string, string>> = Object.fromEntries(names)

const renamed = (object: object, to: Readonly<Record<string, string>>) =>
  Record.mapKeys({ ...object }, (key) => to[key] ?? key)

const coreEvent = (object: KubernetesObject): Event =>
  viewAs({ ...renamed(object, toCore), apiVersion: "v1", metadata: object.metadata })

const seriesEvent = <A extends KubernetesObject>(event: KubernetesObject): A =>
  viewAs({ ...renamed(event, toSeries), apiVersion: "events.k8s.io/v1", metadata: event.metadata })

const corePatch = (patch: Patch): Patch =>
  patch.type === "json" || !Predicate.isObject(patch.body)
    ? patch
    : { ...patch, body: renamed(patch.body, toCore) }

const coreOptions = <Options extends ListOptions | WatchOptions>(options: Options | undefined): Options | undefined =>
  options?.fieldSelector === undefined
    ? options
    : { ...options, fieldSelector: options.fieldSelector.replaceAll("regarding.", "involvedObject.") }

export const withSeriesEvents = (client: Client): Client => ({
  ...client,
  get: <A extends KubernetesObject>(kind: Kind<A>, ref: ObjectRef) =>
    isSeries(kind) ? Effect.map(client.get(EventKind, ref), seriesEvent<A>) : client.get(kind, ref),
  list: <A extends KubernetesObject>(kind: Kind<A>, options?: ListOptions) =>
    isSeries(kind)
      ? Effect.map(
        client.list(EventKind, coreOptions(options)),
        (list) => ({ ...list, items: list.items.map(seriesEvent<A>) })
      )
      : client.list(kind, options),
  watch: <A extends KubernetesObject>(kind: Kind<A>, options?: WatchOptions) =>
    isSeries(kind)
      ? Stream.map(
        client.watch(EventKind, coreOptions(options)),
        ({ object, type }) => ({ type, object: seriesEvent<A>(object) })
      )
      : client.watch(kind, options),
  create: <A extends KubernetesObject>(kind: Kind<A>, object: A, options?: WriteOptions) =>
    isSeries(kind)
      ? Effect.map(client.create(EventKind, coreEvent(object), options), seriesEvent<A>)
      : client.create(kind, object, options),
  replace: <A extends KubernetesObject>(kind: Kind<A>, object: A, options?: WriteOptions) =>
    isSeries(kind)
      ? Effect.map(client.replace(EventKind, coreEvent(object), options), seriesEvent<A>)
      : client.replace(kind, object, options),
  patch: <A extends KubernetesObject>(kind: Kind<A>, ref: ObjectRef, patch: Patch, options?: WriteOptions) =>
    isSeries(kind)
      ? Effect.map(client.patch(EventKind, ref, corePatch(patch), options), seriesEvent<A>)
      : client.patch(kind, ref, patch, options),
  delete: <A extends KubernetesObject>(kind: Kind<A>, ref: ObjectRef, options?: DeleteOptions) =>
    isSeries(kind)
      ? Effect.map(client.delete(EventKind, ref, options), seriesEvent<A>)
      : client.delete(kind, ref, options)
})
