/** How many requests succeeded, by verb and kind. */
import type { Kind } from "@orchestrator/k8s/Kinds"
import type { RequestCount, Verb } from "./EmbeddedStore.ts"

export interface RequestCounts {
  readonly add: (verb: Verb, kind: Kind) => void
  readonly of: (verb: Verb, kind: Kind) => number
  readonly all: () => ReadonlyArray<RequestCount>
  readonly reset: () => void
}

export const makeRequestCounts = (): RequestCounts => {
  const counts = new Map<string, RequestCount>()
  const keyOf = (verb: Verb, kind: Kind) => `${verb} ${kind.group}/${kind.kind}`
  const of = (verb: Verb, kind: Kind) => counts.get(keyOf(verb, kind))?.count ?? 0
  return {
    add: (verb, kind) => {
      counts.set(keyOf(verb, kind), { verb, kind: kind.kind, count: of(verb, kind) + 1 })
    },
    of,
    all: () => [...counts.values()],
    reset: () => counts.clear()
  }
}
