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
      const key = keyOf(verb, kind)
      counts.set(key, { verb, kind: kind.kind, count: (counts.get(key)?.count ?? 0) + 1 })
    },
    of,
    all: () => [...counts.values()],
    reset: () => counts.clear()
  }
}
