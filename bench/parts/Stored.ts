/** The objects of one run as an API server stores them, managed fields included, as JSON with holes where runs differ. */
import { NodeFileSystem } from "@effect/platform-node"
import { Controller } from "@orchestrator/controller/loop/Controller"
import { ControllerSettings } from "@orchestrator/controller/loop/Settings"
import { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import * as Actors from "@orchestrator/embedded/actors/Actors"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import {
  CodeRunKind,
  ConfigMapKind,
  JobKind,
  type Kind,
  PersistentVolumeClaimKind,
  PodKind
} from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { Templates } from "@orchestrator/templates/Templates"
import { Effect, Layer, References, Schedule, Schema } from "effect"
import { config } from "./Config.ts"
import { nodeLayer } from "./Node.ts"
import { codeRun, templates } from "./Recorded.ts"

const namespace = "orchestrator"
const sample = { name: "run-sample", service: "svc-sample" }

const world = Controller.layer.pipe(
  Layer.provide(Templates.layerWith({ path: templates })),
  Layer.provide(Leadership.layerAlone),
  Layer.provide(
    Layer.succeed(ControllerSettings, { config: Schema.decodeUnknownSync(OrchestratorConfig)(config), namespace })
  ),
  Layer.provideMerge(Layer.mergeAll(Actors.layer, nodeLayer("400 millis"))),
  Layer.provideMerge(layerMemory),
  Layer.provide(NodeFileSystem.layer)
)

/** Kinds by the plural that a path has; what there is of each run while it works, and of its kind once it has ended. */
export const storedKinds = {
  coderuns: CodeRunKind,
  jobs: JobKind,
  pods: PodKind,
  configmaps: ConfigMapKind,
  persistentvolumeclaims: PersistentVolumeClaimKind
} as const satisfies Readonly<Record<string, Kind>>

export type Plural = keyof typeof storedKinds

export type Stored =
  & Readonly<Record<Plural, string>>
  & { readonly waitingRun: string; readonly finishedRun: string }

/** What an API server notes of who has set which field: as large as it is there. */
const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  Array.isArray(value)
    ? Object.fromEntries(value.flatMap((each) =>
      typeof each?.name === "string" ? [[`k:{"name":"${each.name}"}`, { ".": {}, ...fieldsOf(each) }]] : []
    ))
    : typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, each]) => [`f:${name}`, fieldsOf(each)]))
    : {}

const managed = ({ metadata, ...object }: KubernetesObject, apiVersion: string): KubernetesObject => {
  const { annotations, labels, ownerReferences } = metadata
  const { status, ...rest } = { status: undefined, ...object }
  const entry = (fields: object, more: object = {}) => ({
    manager: "orchestrator",
    operation: "Update" as const,
    apiVersion,
    time: metadata.creationTimestamp ?? "",
    fieldsType: "FieldsV1" as const,
    fieldsV1: fieldsOf(fields),
    ...more
  })
  const managedFields = [
    entry({ metadata: { annotations, labels, ownerReferences }, ...rest }),
    ...(status === undefined ? [] : [entry({ status }, { subresource: "status" })])
  ]
  return { metadata: { ...metadata, managedFields }, ...object }
}

const withHoles = (objects: ReadonlyArray<KubernetesObject>, object: KubernetesObject, kind: Kind): string => {
  const apiVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`
  const { metadata, ...rest } = managed(object, apiVersion)
  const whole = { apiVersion, kind: kind.kind, metadata, ...rest }
  const uids = objects.flatMap(({ metadata: { uid } }, index) => uid === undefined ? [] : [[uid, index] as const])
  // Of a UID only the beginning tells runs apart: eight digits, which names of Jobs have as well.
  return uids.reduce(
    (json, [uid, index]) =>
      json.replaceAll(uid, `<<digits>>-0000-4000-8000-00000000000${index}`).replaceAll(uid.slice(0, 8), "<<digits>>"),
    JSON.stringify(whole)
      .replaceAll(/"resourceVersion":"\d+"/g, "\"resourceVersion\":\"<<version>>\"")
      .replaceAll(sample.name, "<<name>>")
      .replaceAll(sample.service, "<<service>>")
  )
}

/** Of a run that works, of the same before it was looked at, and when it had ended. Holes: name, service, digits, version. */
export const stored: Effect.Effect<Stored> = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const waiting = yield* client.create(CodeRunKind, codeRun(namespace, sample.name, sample.service))
  const phaseIs = (wanted: string) =>
    client.get(CodeRunKind, { name: sample.name, namespace }).pipe(
      Effect.filterOrFail(({ status }) => status?.["phase"] === wanted, () => "not yet" as const),
      Effect.retry({ schedule: Schedule.spaced("2 millis"), times: 5000 })
    )
  yield* phaseIs("Running")
  const pods = client.list(PodKind, { namespace }).pipe(
    Effect.filterOrFail(({ items }) => items[0]?.status?.phase === "Running", () => "not yet" as const),
    Effect.retry({ schedule: Schedule.spaced("2 millis"), times: 5000 })
  )
  yield* pods
  const first = (kind: Kind) =>
    client.list(kind, { namespace }).pipe(
      Effect.flatMap(({ items: [object] }) =>
        object === undefined ? Effect.fail("none" as const) : Effect.succeed(object)
      )
    )
  const objects = yield* Effect.all({
    coderuns: first(CodeRunKind),
    jobs: first(JobKind),
    pods: first(PodKind),
    configmaps: first(ConfigMapKind),
    persistentvolumeclaims: first(PersistentVolumeClaimKind)
  })
  const ended = yield* phaseIs("Succeeded")
  const all = Object.values(objects)
  const text = (object: KubernetesObject, kind: Kind) => withHoles(all, object, kind)
  return {
    coderuns: text(objects.coderuns, CodeRunKind),
    jobs: text(objects.jobs, JobKind),
    pods: text(objects.pods, PodKind),
    configmaps: text(objects.configmaps, ConfigMapKind),
    persistentvolumeclaims: text(objects.persistentvolumeclaims, PersistentVolumeClaimKind),
    waitingRun: text(waiting, CodeRunKind),
    finishedRun: text(ended, CodeRunKind)
  } satisfies Stored
}).pipe(
  Effect.scoped,
  Effect.provide(Layer.fresh(world)),
  Effect.provideService(References.MinimumLogLevel, "Warn"),
  Effect.orDie
)
