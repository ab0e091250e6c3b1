/**
 * The one way to a Kubernetes API: the same service over a real API server, over the embedded cluster in memory, and over the embedded
 * cluster's HTTP face. One contract suite holds all three to the same behaviour.
 */
import { Context, type Effect, type Stream } from "effect"
import type { Kind } from "./Kinds.ts"
import type { KubernetesError } from "./KubernetesError.ts"
import type { KubernetesObject, ObjectList } from "./Objects.ts"

/** Which object. Cluster-scoped kinds have no namespace. */
export interface ObjectRef {
  readonly name: string
  readonly namespace?: string | undefined
}

export interface Selectors {
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined
  /** `app=x,tier in (a,b),!old` */
  readonly labelSelector?: string | undefined
  /** `metadata.name=x,status.phase!=Succeeded` */
  readonly fieldSelector?: string | undefined
}

export interface ListOptions extends Selectors {
  /** Most objects of a page; one of large objects has fewer. Absent: everything. */
  readonly limit?: number | undefined
  /** `metadata.continue` of the page before. */
  readonly continue?: string | undefined
  readonly resourceVersion?: string | undefined
  readonly resourceVersionMatch?: "Exact" | "NotOlderThan" | undefined
}

export interface WatchOptions extends Selectors {
  /** Events after this revision. Absent or "0": first an ADDED for every object there is. */
  readonly resourceVersion?: string | undefined
  readonly allowWatchBookmarks?: boolean | undefined
  /** Watch-list: the initial ADDED events end with a bookmark annotated `k8s.io/initial-events-end: "true"`. */
  readonly sendInitialEvents?: boolean | undefined
  /** The server ends the stream after this time. */
  readonly timeoutSeconds?: number | undefined
  /** Whether the caller has this version of an object: that it was added or changed is then told without the object. */
  readonly isKnown?: ((version: ObjectVersion) => boolean) | undefined
  /** Whether the caller has read an object before, in any version: of what never changes in it there may then be the kind's stand-ins. */
  readonly isRead?: ((version: ObjectVersion) => boolean) | undefined
}

/** A version of an object. `namespace` is "" where the kind has none. */
export interface ObjectVersion {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
}

/**
 * ADDED, MODIFIED, DELETED carry the object; DELETED its last state with the deletion's resourceVersion. BOOKMARK carries a
 * resourceVersion only. An ERROR from the server (410) fails the stream with that reason. `known`: the object is no more than the version
 * that the caller has. `whole`: the object has stand-ins for what never changes in it, and this is it without them.
 */
export interface WatchEvent<A> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK"
  readonly object: A
  readonly known?: true
  readonly whole?: Effect.Effect<A, KubernetesError>
}

export interface WriteOptions {
  /** All of admission, nothing stored. */
  readonly dryRun?: boolean | undefined
  readonly fieldManager?: string | undefined
  /** What to do with fields the schema does not know. The server's default is Warn: drop them. */
  readonly fieldValidation?: "Ignore" | "Warn" | "Strict" | undefined
}

export interface DeleteOptions {
  readonly uid?: string | undefined
  readonly resourceVersion?: string | undefined
  /** The server's default is Background. */
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan" | undefined
  readonly gracePeriodSeconds?: number | undefined
  readonly dryRun?: boolean | undefined
}

/** RFC 6902. */
export interface JsonPatchOperation {
  readonly op: "add" | "remove" | "replace" | "move" | "copy" | "test"
  readonly path: string
  readonly from?: string
  readonly value?: unknown
}

/** The four patch types. A `resourceVersion` inside the patch's metadata is a precondition. */
export type Patch =
  /** RFC 7396 */
  | { readonly type: "merge"; readonly body: object }
  /** RFC 6902 */
  | { readonly type: "json"; readonly body: ReadonlyArray<JsonPatchOperation> }
  /** Merge with Kubernetes' list keys; refused for custom resources, as the API server does. */
  | { readonly type: "strategic"; readonly body: object }
  /** Server-side apply; creates the object when it is not there. */
  | { readonly type: "apply"; readonly body: object; readonly fieldManager: string; readonly force?: boolean }

export interface PodLogOptions {
  readonly container?: string | undefined
  readonly follow?: boolean | undefined
  readonly tailLines?: number | undefined
  readonly limitBytes?: number | undefined
  readonly sinceSeconds?: number | undefined
  readonly sinceTime?: string | undefined
  readonly timestamps?: boolean | undefined
  readonly previous?: boolean | undefined
}

export class KubernetesClient extends Context.Service<KubernetesClient, {
  readonly get: <A extends KubernetesObject>(kind: Kind<A>, ref: ObjectRef) => Effect.Effect<A, KubernetesError>
  readonly list: <A extends KubernetesObject>(
    kind: Kind<A>,
    options?: ListOptions
  ) => Effect.Effect<ObjectList<A>, KubernetesError>
  /** Ends cleanly when the server ends it; fails with Gone when the revision is too old. */
  readonly watch: <A extends KubernetesObject>(
    kind: Kind<A>,
    options?: WatchOptions
  ) => Stream.Stream<WatchEvent<A>, KubernetesError>
  /** The namespace is that of the object's metadata. */
  readonly create: <A extends KubernetesObject>(
    kind: Kind<A>,
    object: A,
    options?: WriteOptions
  ) => Effect.Effect<A, KubernetesError>
  /** A resourceVersion in the object is a precondition. */
  readonly replace: <A extends KubernetesObject>(
    kind: Kind<A>,
    object: A,
    options?: WriteOptions
  ) => Effect.Effect<A, KubernetesError>
  readonly replaceStatus: <A extends KubernetesObject>(
    kind: Kind<A>,
    object: A,
    options?: WriteOptions
  ) => Effect.Effect<A, KubernetesError>
  readonly patch: <A extends KubernetesObject>(
    kind: Kind<A>,
    ref: ObjectRef,
    patch: Patch,
    options?: WriteOptions
  ) => Effect.Effect<A, KubernetesError>
  readonly patchStatus: <A extends KubernetesObject>(
    kind: Kind<A>,
    ref: ObjectRef,
    patch: Patch,
    options?: WriteOptions
  ) => Effect.Effect<A, KubernetesError>
  /** The object as it was (or is now, when finalizers or grace keep it). */
  readonly delete: <A extends KubernetesObject>(
    kind: Kind<A>,
    ref: ObjectRef,
    options?: DeleteOptions
  ) => Effect.Effect<A, KubernetesError>
  /** Raw bytes of a container's log; with `follow`, until the container ends. */
  readonly podLogs: (ref: ObjectRef, options?: PodLogOptions) => Stream.Stream<Uint8Array, KubernetesError>
}>()("@orchestrator/k8s/KubernetesClient") {}

/** `coderuns.orchestrator.platform default/name`, for errors and logs. */
export const describeRef = (
  kind: Kind,
  ref: { readonly name?: string | undefined; readonly namespace?: string | undefined }
): string => {
  const resource = kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`
  const object = [ref.namespace, ref.name].filter((part) => part !== undefined).join("/")
  return object === "" ? resource : `${resource} ${object}`
}
