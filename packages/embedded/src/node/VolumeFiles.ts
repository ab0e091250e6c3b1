/** The files that volumes of ConfigMaps and Secrets show. */
import { ConfigMapKind, EventKind, SecretKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { ConfigMap, KeyToPath, Pod, Secret, Volume, VolumeProjection } from "@orchestrator/k8s/Objects"
import { Clock, Duration, Effect, Result } from "effect"
import { Base64 } from "effect/encoding"
import { timestamp } from "../actors/Timestamps.ts"
import { awaitObject } from "./AwaitObject.ts"
import type { VolumeFile } from "./PodRuntime.ts"

interface Asked {
  readonly namespace: string
  readonly onMissing: (what: string) => Effect.Effect<void>
}

export type Files = ReadonlyMap<string, VolumeFile>

interface Projection {
  readonly items: ReadonlyArray<KeyToPath> | undefined
  readonly mode: number
  readonly optional: boolean
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const decoded = (base64: string): Uint8Array => Result.getOrElse(Base64.decode(base64), () => new Uint8Array())

export const configMapBytes = ({ binaryData = {}, data = {} }: ConfigMap): ReadonlyMap<string, Uint8Array> =>
  new Map([
    ...Object.entries(data).map(([key, text]) => [key, bytesOf(text)] as const),
    ...Object.entries(binaryData).map(([key, base64]) => [key, decoded(base64)] as const)
  ])

export const secretBytes = ({ data = {} }: Secret): ReadonlyMap<string, Uint8Array> =>
  new Map(Object.entries(data).map(([key, base64]) => [key, decoded(base64)]))

/** The files of a volume, or the key that it names in vain. */
const project = (
  content: ReadonlyMap<string, Uint8Array>,
  { items, mode, optional }: Projection
): Result.Result<Files, string> => {
  const wanted = items ?? [...content.keys()].map((key): KeyToPath => ({ key, path: key }))
  const missing = wanted.find(({ key }) => !content.has(key))
  if (missing !== undefined && !optional) return Result.fail(missing.key)
  return Result.succeed(
    new Map(wanted.flatMap(({ key, mode: own, path }) => {
      const bytes = content.get(key)
      return bytes === undefined ? [] : [[path, { bytes, mode: own ?? mode }]]
    }))
  )
}

const fromConfigMap = ({ namespace, onMissing }: Asked, name: string, projection: Projection) =>
  awaitObject({
    kind: ConfigMapKind,
    name,
    namespace,
    accept: accepting(
      projection,
      configMapBytes,
      `configmap "${name}" not found`,
      "configmap references non-existent config key"
    ),
    onMissing
  })

const fromSecret = ({ namespace, onMissing }: Asked, name: string, projection: Projection) =>
  awaitObject({
    kind: SecretKind,
    name,
    namespace,
    accept: accepting(projection, secretBytes, `secret "${name}" not found`, "references non-existent secret key"),
    onMissing
  })

/** Other sources, tokens of service accounts among them, give no files here. */
const fromSource = (
  { configMap, secret }: VolumeProjection,
  asked: Asked,
  defaultMode: number | undefined
): Effect.Effect<Files, never, KubernetesClient> => {
  const mode = defaultMode === undefined ? {} : { defaultMode }
  if (configMap !== undefined) return fromConfigMap(asked, configMap.name, projectionOf({ ...mode, ...configMap }))
  if (secret !== undefined) return fromSecret(asked, secret.name, projectionOf({ ...mode, ...secret }))
  return Effect.succeed(new Map())
}

const wanted = ({ configMap, projected, secret }: Volume, asked: Asked) => {
  if (configMap !== undefined) return fromConfigMap(asked, configMap.name, projectionOf(configMap))
  if (secret !== undefined) return fromSecret(asked, secret.secretName, projectionOf(secret))
  if (projected === undefined) return undefined
  const { defaultMode, sources = [] } = projected
  return Effect.forEach(sources, (source) => fromSource(source, asked, defaultMode), { concurrency: "unbounded" })
    .pipe(Effect.map((all): Files => new Map(all.flatMap((files) => [...files]))))
}

/** What is missing for some seconds is reported, as the kubelet does: files that are made just after their Job are not. */
const quietTime = Duration.seconds(2)

/** Volumes as they are waited for; what is missing is told once, as an event of the pod. */
const warning = (pod: Pod, volume: string, missing: () => string | undefined) =>
  Effect.gen(function*() {
    yield* Effect.sleep(quietTime)
    const what = missing()
    const client = yield* KubernetesClient
    const { name = "", namespace = "", uid = "" } = pod.metadata
    const at = timestamp(yield* Clock.currentTimeMillis)
    if (what !== undefined) {
      yield* client.create(EventKind, {
        metadata: { name: `${name}.${volume}`, namespace },
        involvedObject: { apiVersion: "v1", kind: "Pod", name, namespace, uid },
        type: "Warning",
        reason: "FailedMount",
        message: `MountVolume.SetUp failed for volume "${volume}" : ${what}`,
        source: { component: "kubelet" },
        firstTimestamp: at,
        lastTimestamp: at
      }).pipe(Effect.ignore)
    }
    return yield* Effect.never
  })

const projectionOf = (volume: {
  readonly items?: ReadonlyArray<KeyToPath>
  readonly defaultMode?: number
  readonly optional?: boolean
}): Projection => ({ items: volume.items, mode: volume.defaultMode ?? 0o644, optional: volume.optional === true })

const accepting = <A>(
  projection: Projection,
  bytes: (object: A) => ReadonlyMap<string, Uint8Array>,
  noObject: string,
  noKey: string
) =>
(object: A | undefined): Result.Result<Files, string> => {
  if (object === undefined) return projection.optional ? Result.succeed(new Map()) : Result.fail(noObject)
  return Result.mapError(project(bytes(object), projection), (key) => `${noKey}: ${key}`)
}

/** Files by volume name; waits until every object that a volume needs is there. */
export const resolveVolumes = Effect.fnUntraced(function*(pod: Pod): Effect.fn.Return<
  ReadonlyMap<string, Files>,
  never,
  KubernetesClient
> {
  const pending = (pod.spec.volumes ?? []).flatMap((volume) => {
    let missing: string | undefined
    const onMissing = (what: string) => Effect.sync(() => void (missing = what))
    const files = wanted(volume, { namespace: pod.metadata.namespace ?? "", onMissing })
    return files === undefined ? [] : [
      Effect.raceFirst(files, warning(pod, volume.name, () => missing)).pipe(
        Effect.map((found) => [volume.name, found] as const)
      )
    ]
  })
  return new Map(yield* Effect.all(pending, { concurrency: "unbounded" }))
})
