/**
 * The runs of a namespace as one stream: what there is, and from then on what changes. Whoever shows runs (a terminal, the HTTP API, a
 * page) listens here; nobody else lists and watches for that. A listener that is slow holds up its own stream only.
 */
import { type AnyRunKind, everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { Context, Effect, Layer, Queue, Stream } from "effect"
import { runResources } from "./Kinds.ts"
import { KubernetesClient } from "./KubernetesClient.ts"
import type { CustomObject } from "./Objects.ts"
import { reflect } from "./Reflector.ts"
import { makeStore } from "./Store.ts"

export interface RunEvent {
  readonly kind: AnyRunKind
  /** `removed`: this is the last that was known of it. */
  readonly change: "set" | "removed"
  readonly run: CustomObject
}

export class RunFeed extends Context.Service<RunFeed, {
  /** Never ends, and waits out trouble with the cluster: a run may then be told of again, and what was deleted meanwhile is `removed`. */
  readonly follow: (namespace: string) => Stream.Stream<RunEvent>
}>()("@orchestrator/k8s/RunFeed") {
  static readonly layer = Layer.effect(
    RunFeed,
    Effect.map(KubernetesClient, (client) => {
      const ofKind = (kind: AnyRunKind, namespace: string) =>
        Stream.callback<RunEvent>((queue) =>
          reflect(runResources[kind.kind], {
            namespace,
            store: makeStore<CustomObject>(),
            project: (run: CustomObject) => run,
            onChange: (run, change) => Effect.asVoid(Queue.offer(queue, { kind, change, run })),
            onSynced: Effect.void
          }).pipe(Effect.provideService(KubernetesClient, client))
        )
      return RunFeed.of({
        follow: (namespace) =>
          Stream.mergeAll(everyRunKind.map((kind) => ofKind(kind, namespace)), { concurrency: "unbounded" })
      })
    })
  )
}
