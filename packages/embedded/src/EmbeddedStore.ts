/** The inside of the embedded cluster, for tests and for its HTTP face; everything else goes through KubernetesClient. */
import type { Kind } from "@orchestrator/k8s/Kinds"
import { Context, type Effect } from "effect"
import type { Ownership } from "./garbage/Ownership.ts"
import type { ServedKind } from "./kinds/ServedKinds.ts"
import type { ObjectStore } from "./store/ObjectStore.ts"
import type { KnownUser } from "./write/Reviews.ts"

export type Verb =
  | "get"
  | "list"
  | "watch"
  | "create"
  | "replace"
  | "replaceStatus"
  | "patch"
  | "patchStatus"
  | "delete"
  | "podLogs"

export interface RequestCount {
  readonly verb: Verb
  /** `Job` */
  readonly kind: string
  /** Requests that succeeded; dry runs do not count. */
  readonly count: number
}

export class EmbeddedStore extends Context.Service<EmbeddedStore, {
  /** The current revision. */
  readonly revision: Effect.Effect<number>
  /** Forgets the history up to the revision (default: all of it); watches and pages from before it get 410. */
  readonly compact: (revision?: number) => Effect.Effect<void>
  readonly requests: Effect.Effect<ReadonlyArray<RequestCount>>
  readonly countOf: (verb: Verb, kind: Kind) => Effect.Effect<number>
  readonly resetCounts: Effect.Effect<void>
  /** The kinds that are served now, custom ones first, with their schemas and columns. */
  readonly served: Effect.Effect<ReadonlyArray<ServedKind>>
  /** Lets a bearer of the token in, for TokenReview and SubjectAccessReview. */
  readonly registerUser: (token: string, user: KnownUser) => Effect.Effect<void>
  /** What the garbage collector works from. */
  readonly ownership: Ownership
  /** What is stored, with its history. */
  readonly objects: ObjectStore
}>()("@orchestrator/embedded/EmbeddedStore") {}
