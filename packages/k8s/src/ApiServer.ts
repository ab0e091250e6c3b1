/** What an API server says about itself and about us: documents and answers that are no objects of a kind. */
import { Context, type Effect } from "effect"
import type { KubernetesError } from "./KubernetesError.ts"

export class ApiServer extends Context.Service<ApiServer, {
  /** The JSON document at a path, `/version`. */
  readonly document: (path: string) => Effect.Effect<unknown, KubernetesError>
  /** Asks a review about the one who asks, `/apis/authorization.k8s.io/v1/selfsubjectrulesreviews`. */
  readonly ask: (path: string, review: object) => Effect.Effect<unknown, KubernetesError>
  /** Milliseconds by which our wall clock is ahead of its, to a second or so; undefined before it has answered. */
  readonly clockOffsetMillis: Effect.Effect<number | undefined>
}>()("@orchestrator/k8s/ApiServer") {}
