/**
 * Leadership of shards: a Lease for each number that runs are labelled with. A process stands for that of its own shard, and for those of
 * numbers that it looks after since there are fewer shards than there were, as long as it is asked to. Whoever holds a Lease acts on the runs of
 * that number, and nobody else does. A term is about the numbers that are held when it begins: it ends when one is won or lost.
 */
import { leaseOfShard } from "@orchestrator/domain/Shards"
import { Deferred, Effect, Exit, Layer, Scope } from "effect"
import { KubernetesClient } from "../KubernetesClient.ts"
import { electionOf, type LeaderElectionOptions } from "./LeaderElection.ts"
import { Leadership, type Term } from "./Leadership.ts"

export interface ShardElectionOptions extends Omit<LeaderElectionOptions, "lease"> {
  /** Of the Leases. */
  readonly namespace: string
  /** The shard whose Lease is always stood for. */
  readonly number: number
}

interface Election {
  readonly leadership: Leadership["Service"]
  readonly scope: Scope.Closeable
}

const make = Effect.fnUntraced(function*({ namespace, number: own, ...options }: ShardElectionOptions) {
  const client = yield* KubernetesClient
  const whole = yield* Effect.scope
  const elections = new Map<number, Election>()
  const held = new Map<number, Term>()
  /** What is being worked on; a number that is lost stays in it until that work has stopped. */
  const working = new Set<ReadonlyMap<number, Term>>()
  let changed = yield* Deferred.make<void>()

  const tell = Effect.suspend(() => {
    const before = changed
    changed = Deferred.makeUnsafe()
    return Deferred.succeed(before, undefined)
  })

  const stand = Effect.fnUntraced(function*(number: number) {
    const scope = yield* Scope.fork(whole)
    const leadership = yield* electionOf({ ...options, lease: { namespace, name: leaseOfShard(number) } }).pipe(
      Scope.provide(scope),
      Effect.provideService(KubernetesClient, client)
    )
    elections.set(number, { leadership, scope })
    const hold = ({ since }: Term) =>
      Effect.acquireUseRelease(
        Effect.suspend(() => Effect.as(tell, void held.set(number, { since, acts: (other) => other === number }))),
        () => Effect.never,
        () => Effect.suspend(() => held.delete(number) ? tell : Effect.void)
      )
    yield* Effect.forkIn(leadership.whileLeading(hold), scope)
    return leadership
  })

  const { problem, settled } = yield* stand(own)

  /** All that is held, and all that is still worked on: a write is let through only where each of them is led. */
  const leads = Effect.suspend(() => {
    const numbers = new Set([held, ...working].flatMap((terms) => [...terms.keys()]))
    if (numbers.size === 0) return Effect.succeed(false)
    return Effect.map(
      Effect.forEach([...numbers], (number) => elections.get(number)?.leadership.leads ?? Effect.succeed(false)),
      (all) => all.every((each) => each)
    )
  })

  const whileLeading: Leadership["Service"]["whileLeading"] = (work) =>
    Effect.forever(Effect.suspend(() => {
      const news = Deferred.await(changed)
      if (held.size === 0) return news
      const terms = new Map(held)
      working.add(terms)
      const since = [...terms.values()].reduce((latest, term) => term.since > latest ? term.since : latest, 0n)
      return Effect.raceFirst(
        news,
        Effect.andThen(work({ since, acts: (number) => terms.has(number) }), Effect.never)
      ).pipe(Effect.ensuring(Effect.sync(() => working.delete(terms))))
    }))

  return Leadership.of({
    leads,
    problem,
    settled,
    whileLeading,
    alsoLead: (number) => elections.has(number) ? Effect.void : Effect.asVoid(stand(number)),
    leaveOthers: (isNeeded) =>
      Effect.suspend(() =>
        Effect.forEach(
          [...elections].filter(([number]) => number !== own && !isNeeded(number)),
          ([number, { scope }]) =>
            Effect.andThen(Scope.close(scope, Exit.void), Effect.sync(() => elections.delete(number))),
          { discard: true }
        )
      )
  })
})

export const layerShards = (
  options: ShardElectionOptions
): Layer.Layer<Leadership, never, KubernetesClient> => Layer.effect(Leadership, make(options))
