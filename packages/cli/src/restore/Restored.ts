/**
 * What is restored of a backup, which is what `kubectl get -o json` or `-o yaml` prints of runs and of workspaces' claims. Everything that
 * another cluster has made of them goes (UIDs, owners, revisions, the volume's name); what a run had come to stays, with the UID that its
 * branch, its sessions and its evidence are named after. Pure.
 */
import { isKindName } from "@orchestrator/domain/kinds/RunKinds"
import { holderAnnotation, leaseAnnotation, restoredAnnotation, tenantAnnotation } from "@orchestrator/domain/Labels"
import { originalUid } from "@orchestrator/domain/OriginalUid"
import { apiVersionOf, type Kind, PersistentVolumeClaimKind, runResources } from "@orchestrator/k8s/Kinds"
import type { CustomObject, Metadata, PersistentVolumeClaim } from "@orchestrator/k8s/Objects"
import { Predicate, Result } from "effect"

export interface RestoredRun {
  readonly tag: "run"
  readonly kind: Kind<CustomObject>
  readonly object: CustomObject
  readonly status: Readonly<Record<string, unknown>>
}

export interface RestoredClaim {
  readonly tag: "claim"
  readonly object: PersistentVolumeClaim
}

export type Restored = RestoredRun | RestoredClaim

export interface RestoreOptions {
  /** Where everything goes; undefined: where it was. */
  readonly namespace: string | undefined
  /** Of the claims; undefined: the one that they had. */
  readonly storageClass: string | undefined
}

/** What tools and other controllers have noted, which holds for the old object alone. */
const dropped = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  holderAnnotation,
  leaseAnnotation,
  restoredAnnotation
])

const isOfVolumes = (name: string): boolean => /^(?:pv|volume(?:\.[a-z]+)?)\.kubernetes\.io\//.test(name)

const keptAnnotations = (annotations: Metadata["annotations"] = {}) =>
  Object.fromEntries(Object.entries(annotations).filter(([name]) => !dropped.has(name) && !isOfVolumes(name)))

const metadataOf = (
  { annotations, labels, name, namespace }: Metadata,
  options: RestoreOptions,
  more: Readonly<Record<string, string>> = {}
): Metadata => ({
  ...(name === undefined ? {} : { name }),
  namespace: options.namespace ?? namespace ?? "default",
  ...(labels === undefined ? {} : { labels }),
  annotations: { ...keptAnnotations(annotations), ...more }
})

/** A new object has generation 1: what was known of the old one's newest is known of it, what was not is not. */
const generationSeen = (seen: unknown, generation: number): number | undefined =>
  typeof seen !== "number" ? undefined : seen >= generation ? 1 : 0

const withGeneration = (fields: Readonly<Record<string, unknown>>, generation: number) => {
  const seen = generationSeen(fields["observedGeneration"], generation)
  return seen === undefined ? fields : { ...fields, observedGeneration: seen }
}

const runOf = (kind: Kind<CustomObject>, run: CustomObject, options: RestoreOptions): RestoredRun => {
  const { generation = 1 } = run.metadata
  const status = withGeneration(run.status ?? {}, generation)
  const { conditions } = status
  const original = originalUid(run)
  return {
    tag: "run",
    kind,
    object: {
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata: metadataOf(run.metadata, options, { [restoredAnnotation]: original }),
      spec: run.spec
    },
    status: {
      ...status,
      ...(Array.isArray(conditions)
        ? {
          conditions: conditions.map((each) =>
            Predicate.isObject(each) ? withGeneration({ ...each }, generation) : each
          )
        }
        : {}),
      originalUid: original
    }
  }
}

const claimOf = (claim: PersistentVolumeClaim, options: RestoreOptions): RestoredClaim => {
  const { volumeName: _, storageClassName, ...spec } = claim.spec
  const storageClass = options.storageClass ?? storageClassName
  return {
    tag: "claim",
    object: {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: metadataOf(claim.metadata, options),
      spec: { ...spec, ...(storageClass === undefined ? {} : { storageClassName: storageClass }) }
    }
  }
}

const shown = (value: unknown): string => value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80)

const field = (value: unknown, name: string): unknown =>
  Predicate.isObject(value) ? Reflect.get(value, name) : undefined

const isRun = (object: object): object is CustomObject => Predicate.isObject(field(object, "spec"))
const isClaim = (object: object): object is PersistentVolumeClaim => Predicate.isObject(field(object, "spec"))

/** Undefined: it is not restored. */
const objectOf = (
  object: unknown,
  source: string,
  options: RestoreOptions
): Result.Result<Restored | undefined, string> => {
  const fail = (what: string, found: unknown) => Result.fail(`${source}: expected ${what}, found ${shown(found)}`)
  const kind = field(object, "kind")
  if (!Predicate.isObject(object) || typeof kind !== "string") return fail("an object with a kind", object)
  const metadata = field(object, "metadata")
  const name = field(metadata, "name")
  if (typeof name !== "string") return fail("metadata.name", name)
  const named = `${source} (${kind} ${name})`
  const uid = field(metadata, "uid")
  // It goes: whoever deleted it wanted that.
  if (field(metadata, "deletionTimestamp") !== undefined) return Result.succeed(undefined)
  if (isKindName(kind)) {
    const resource = runResources[kind]
    const version = field(object, "apiVersion")
    if (version !== apiVersionOf(resource)) {
      return Result.fail(`${named}: expected apiVersion ${apiVersionOf(resource)}, found ${shown(version)}`)
    }
    if (typeof uid !== "string" || uid === "") {
      return Result.fail(`${named}: expected metadata.uid as kubectl get prints it, found ${shown(uid)}`)
    }
    return isRun(object)
      ? Result.succeed(runOf(resource, object, options))
      : Result.fail(`${named}: expected spec, found ${shown(field(object, "spec"))}`)
  }
  if (kind === PersistentVolumeClaimKind.kind && isClaim(object)) {
    return object.metadata.annotations?.[tenantAnnotation] === undefined
      ? Result.fail(`${named}: expected the annotation ${tenantAnnotation} of a workspace, found none`)
      : Result.succeed(claimOf(object, options))
  }
  return Result.fail(`${named}: expected ${Object.keys(runResources).join(", ")} or PersistentVolumeClaim`)
}

const createdAt = (object: unknown): string => {
  const time = field(field(object, "metadata"), "creationTimestamp")
  return typeof time === "string" ? time : ""
}

/** Lists of objects, or objects, in the order in which they are made again: claims first, then runs, the oldest first. */
export const readBackup = (
  documents: ReadonlyArray<unknown>,
  source: string,
  options: RestoreOptions
): Result.Result<ReadonlyArray<Restored>, string> => {
  const objects = documents.flatMap((document) => {
    const items = field(document, "items")
    return Array.isArray(items) ? items : [document]
  })
  const inOrder = objects.toSorted((left, right) => {
    const [one, other] = [createdAt(left), createdAt(right)]
    return one === other ? 0 : one < other ? -1 : 1
  })
  return Result.map(Result.all(inOrder.map((object: unknown) => objectOf(object, source, options))), (all) => {
    const restored = all.filter((each) => each !== undefined)
    return [...restored.filter(({ tag }) => tag === "claim"), ...restored.filter(({ tag }) => tag === "run")]
  })
}
