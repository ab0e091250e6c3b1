/**
 * The runs of a namespace as one stream: what there is, and from then on what changes. Whoever shows runs (a terminal, the HTTP API)
 * listens here: there is one list-and-watch for each kind, however many listen, and none while nobody does. Whole runs pass through and are
 * not kept. A listener that is slow holds up its own stream only.
 */
import { type AnyRunKind, everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { type Cause, Context, Effect, Layer, Queue, RcMap, Stream } from "effect"
import { runResources } from "./Kinds.ts"
import type { CustomObject } from "./Objects.ts"
import { type Change, reflect } from "./Reflector.ts"
import { outlineOf } from "./RunOutline.ts"
import { isNewer, makeStore, type Store } from "./Store.ts"
import { supervised } from "./Supervised.ts"

export type RunEvent =
  /** What there is of a kind, at this revision: what was told of it before may have missed something. */
  | {
    readonly tag: "listed"
    readonly kind: AnyRunKind
    readonly revision: string
    /** Outlines of all of them. */
    readonly runs: ReadonlyArray<CustomObject>
    /** Outlines of those that were told of before and are gone. */
    readonly gone: ReadonlyArray<CustomObject>
  }
  | {
    readonly tag: "changed"
    readonly kind: AnyRunKind
    /** Of the change, later than all that was told of this kind. */
    readonly revision: string
    /** `removed`: this is the last that was known of it. */
    readonly change: Change
    /** Whole, where it can be read. */
    readonly run: CustomObject
    /** Outline of what it was before. */
    readonly before: CustomObject | undefined
  }
  /** Nothing of the kind has changed up to this revision that was not told. */
  | { readonly tag: "unchanged"; readonly kind: AnyRunKind; readonly revision: string }

export class RunFeed extends Context.Service<RunFeed, {
  /** Begins with `listed` for each kind; never ends, and waits out trouble with the cluster. */
  readonly follow: (namespace: string) => Stream.Stream<RunEvent>
}>()("@orchestrator/k8s/RunFeed") {
  static readonly layer = Layer.effect(
    RunFeed,
    Effect.gen(function*() {
      const feeds = yield* RcMap.make({ lookup: startFeed })
      return RunFeed.of({
        follow: (namespace) => Stream.unwrap(Effect.map(RcMap.get(feeds, namespace), (listen) => listen))
      })
    })
  )
}

/** Follows both kinds for as long as its scope is open; answers with the stream of a listener. */
const startFeed = Effect.fnUntraced(function*(namespace: string) {
  const listeners = new Set<Queue.Queue<RunEvent, Cause.Done>>()
  const kinds = everyRunKind.map((kind) =>
    followed(kind, namespace, (event) => {
      for (const listener of listeners) Queue.offerUnsafe(listener, event)
    })
  )
  yield* Effect.forEach(kinds, ({ follow }) => Effect.forkScoped(follow), { discard: true })
  return Stream.callback<RunEvent>((queue) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        for (const { listed } of kinds) listed().forEach((event) => Queue.offerUnsafe(queue, event))
        listeners.add(queue)
      }),
      () => Effect.sync(() => listeners.delete(queue))
    )
  )
})

const followed = (kind: AnyRunKind, namespace: string, tell: (event: RunEvent) => void) => {
  const kept = makeStore<CustomObject>()
  let gone: Array<CustomObject> = []
  let isListed = false
  let told = ""
  const listed = (removed: ReadonlyArray<CustomObject>): RunEvent => ({
    tag: "listed",
    kind,
    revision: told,
    runs: [...kept.values()],
    gone: removed
  })
  const changed = (run: CustomObject, change: Change, before: CustomObject | undefined) => {
    const { resourceVersion: revision = "" } = run.metadata
    // Told again by a watch that began anew.
    if (!isNewer(revision, told)) return
    told = revision
    tell({ tag: "changed", kind, revision, change, run, before })
  }
  const store: Store<CustomObject> = {
    ...kept,
    advance: (revision) => {
      kept.advance(revision)
      told = kept.revision()
      if (isListed) tell({ tag: "unchanged", kind, revision: told })
    }
  }
  const follow = reflect(runResources[kind.kind], {
    namespace,
    store,
    project: outlineOf,
    onChange: (outline, change, before, run) =>
      Effect.sync(() => {
        if (run !== undefined || before !== undefined) changed(run ?? outline, change, before)
        else if (change === "removed") gone.push(outline)
      }),
    onSynced: Effect.void,
    onListed: Effect.sync(() => {
      told = kept.revision()
      isListed = true
      tell(listed(gone))
      gone = []
    })
  })
  return { follow: supervised(`the feed of ${kind.plural}`, follow), listed: () => isListed ? [listed([])] : [] }
}
