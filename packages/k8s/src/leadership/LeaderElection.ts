/**
 * Leadership by a Lease, after client-go's rules: the holder renews it, and stops acting when it could not for `renewDeadlineSeconds`; the
 * others follow the Lease by a watch and take it when it has not changed for `leaseSeconds` of their own time, or at once when it was
 * released. The difference between the two is the time in which nobody leads, so that no two do. Never fails; gives way when it must.
 */
import { atScrape, gaugeSeries } from "@orchestrator/domain/Scrape"
import { Clock, DateTime, Deferred, Duration, Effect, Latch, Layer, Random } from "effect"
import { checkedClient } from "../CheckedClient.ts"
import { LeaseKind } from "../Kinds.ts"
import type { KubernetesClient } from "../KubernetesClient.ts"
import { hasReason, type KubernetesError, retryAfter } from "../KubernetesError.ts"
import { leaseAgeSeconds } from "../Metrics.ts"
import type { Lease } from "../Objects.ts"
import { reflect } from "../Reflector.ts"
import { makeStore } from "../Store.ts"
import { supervised } from "../Supervised.ts"
import { Leadership, type Term } from "./Leadership.ts"
import {
  freeAt,
  holderOf,
  installationOf,
  released,
  renewed,
  seconds,
  sight,
  type Sighting,
  taken
} from "./LeaseRecord.ts"

export interface LeaderElectionOptions {
  readonly lease: { readonly namespace: string; readonly name: string }
  /** Of this process alone, not of its pod: a process that comes back is another. */
  readonly identity: string
  /** Name that the replicas of one installation share. Another's replicas are told apart, and said. */
  readonly installation?: string | undefined
  readonly leaseSeconds: number
  readonly renewDeadlineSeconds: number
  /** Between renewals, and between attempts that failed. */
  readonly retrySeconds: number
}

/** How long the start waits to know who leads. */
const settleTimeout = Duration.seconds(5)
const releaseTimeout = Duration.seconds(2)
/** So many times `retrySeconds` at most between attempts to take the lease, whatever the server asks for. */
const longestPause = 4

interface Held extends Pick<Term, "since"> {
  readonly over: Deferred.Deferred<void>
  /** The record as we wrote it last. */
  lease: Lease
  /** When we stop, unless it is renewed before. */
  until: bigint
}

/** In whole milliseconds: a clock that counts no less would not move. */
const sleepUntil = (time: bigint) =>
  Effect.flatMap(
    Clock.monotonicTimeNanos,
    (now) => Effect.sleep(Duration.millis(Math.max(0, Math.ceil(Number(time - now) / 1e6))))
  )

const isoNow = Effect.map(DateTime.now, DateTime.formatIso)

/** One election, for as long as its scope is open. */
export const electionOf = Effect.fnUntraced(function*(options: LeaderElectionOptions) {
  const { identity, installation, lease: ref } = options
  const client = yield* checkedClient
  const leases = makeStore<Lease>()
  const settled = yield* Deferred.make<void>()
  const synced = yield* Deferred.make<void>()
  const leading = yield* Latch.make(false)
  /** Opened by whatever a candidate waits for. */
  const news = yield* Latch.make(false)
  let sighting: Sighting | undefined
  let held: Held | undefined
  let introduced: string | undefined
  /** Attempts to take it in a row that failed. */
  let failures = 0
  /** Why the last attempt to take or renew it failed. */
  let problem: string | undefined

  /** Said once for each holder. */
  const introduce = Effect.fnUntraced(function*(lease: Lease) {
    const holder = holderOf(lease)
    if (holder === undefined || holder === identity || holder === introduced) return
    introduced = holder
    const other = installationOf(lease)
    yield* Effect.logInfo("another replica is the leader").pipe(Effect.annotateLogs({ holder }))
    if (other === installation) return
    yield* Effect.logWarning(
      `two installations manage namespace ${ref.namespace}: only the leader acts on runs, with its own settings. `
        + "Give each its own namespace"
    ).pipe(Effect.annotateLogs({ leading: other ?? "unnamed", ours: installation ?? "unnamed" }))
  })

  /** A Lease that is deleted still counts until its time is over. */
  const changed = (lease: Lease, change: "set" | "removed") =>
    Effect.gen(function*() {
      if (change === "set") sighting = sight(sighting, lease, yield* Clock.monotonicTimeNanos)
      const holder = holderOf(lease)
      yield* introduce(lease)
      if (held !== undefined && change === "set" && holder !== undefined && holder !== identity) {
        yield* end("taken over")
      }
      yield* news.open
    })

  const begin = Effect.fnUntraced(function*(lease: Lease, asked: bigint) {
    leases.wrote(lease)
    sighting = { lease, at: asked }
    held = {
      lease,
      since: yield* Clock.monotonicTimeNanos,
      until: asked + seconds(options.renewDeadlineSeconds),
      over: yield* Deferred.make<void>()
    }
    problem = undefined
    yield* Effect.logInfo("leading").pipe(Effect.annotateLogs({ identity }))
    yield* leading.open
    return held
  })

  /** Whoever ends the term is part of it: without a mask it would not get to the end of this. */
  const end = Effect.fnUntraced(function*(why: string) {
    if (held === undefined) return
    const { over } = held
    held = undefined
    yield* leading.close
    yield* Deferred.succeed(over, undefined)
    yield* Effect.logWarning("no longer leading").pipe(Effect.annotateLogs({ identity, why }))
  }, Effect.uninterruptible)

  /** Takes a Lease that is free. A lost race is seen by the watch. */
  const take = Effect.gen(function*() {
    const now = yield* isoNow
    const asked = yield* Clock.monotonicTimeNanos
    const current = leases.get({ name: ref.name, namespace: ref.namespace })
    const next = taken(current ?? { metadata: { ...ref } }, options, now)
    const write = current === undefined ? client.create(LeaseKind, next) : client.replace(LeaseKind, next)
    return yield* begin(yield* write, asked)
  })

  const pauseFor = (times: number) =>
    Effect.flatMap(
      Random.next,
      (jitter) => Effect.sleep(Duration.millis(Math.ceil(options.retrySeconds * 1000 * times * (1 + jitter / 5))))
    )
  const pause = pauseFor(1)

  /** Longer with every attempt in a row that failed, and when the server asks for time. */
  const later = Effect.fnUntraced(function*(error: KubernetesError) {
    failures += 1
    const asked = Duration.toSeconds(retryAfter(error)) / options.retrySeconds
    yield* pauseFor(Math.min(longestPause, Math.max(2 ** Math.min(failures - 1, 8), asked)))
  })

  const attempt: Effect.Effect<Held | undefined> = take.pipe(
    Effect.tap(() => Effect.sync(() => void (failures = 0))),
    Effect.catchIf(
      hasReason("Conflict", "AlreadyExists", "NotFound"),
      (error) => Effect.as(Effect.raceFirst(news.await, later(error)), undefined)
    ),
    Effect.catch((error) =>
      Effect.as(Effect.andThen(explain("cannot acquire the lease", error), later(error)), undefined)
    )
  )

  /** That nobody answers is the client's to say. */
  const explain = (what: string, error: KubernetesError) =>
    Effect.suspend(() => {
      problem = `${what}: ${error.message}`
      return Effect.logWithLevel(hasReason("Unreachable")(error) ? "Debug" : "Warn")(what).pipe(
        Effect.annotateLogs({ error: error.message })
      )
    })

  /** Follows the Lease until this process holds it. One that names us without our knowing was taken by a request whose answer was lost. */
  const stand: Effect.Effect<Held> = Effect.gen(function*() {
    while (true) {
      yield* news.close
      const now = yield* Clock.monotonicTimeNanos
      const free = sighting === undefined || holderOf(sighting.lease) === identity ? now : freeAt(sighting)
      if (free > now) {
        failures = 0
        problem = undefined
        yield* Deferred.succeed(settled, undefined)
        yield* Effect.raceFirst(news.await, sleepUntil(free))
      } else {
        const term = yield* attempt
        yield* Deferred.succeed(settled, undefined)
        if (term !== undefined) return term
      }
    }
  })

  /** One renewal. After an answer that was lost the record is ours with another version. */
  const renew = Effect.fnUntraced(function*(term: Held) {
    const asked = yield* Clock.monotonicTimeNanos
    const next = renewed(term.lease, yield* isoNow)
    const again = (found: Lease) =>
      holderOf(found) === identity
        ? client.replace(LeaseKind, { ...next, metadata: found.metadata })
        : Effect.as(end("taken over"), undefined)
    const written = yield* client.replace(LeaseKind, next).pipe(
      Effect.catchIf(hasReason("Conflict"), () => Effect.flatMap(client.get(LeaseKind, ref), again)),
      Effect.catchIf(hasReason("NotFound"), () => client.create(LeaseKind, { ...next, metadata: ref }))
    )
    if (written === undefined) return
    leases.wrote(written)
    problem = undefined
    term.lease = written
    term.until = asked + seconds(options.renewDeadlineSeconds)
  })

  const renewals = (term: Held) =>
    Effect.forever(Effect.andThen(
      pause,
      renew(term).pipe(
        Effect.catchIf(hasReason("Conflict", "AlreadyExists"), () => end("taken over")),
        Effect.catch((error) => explain("cannot renew the lease", error))
      )
    ))

  const deadline = (term: Held) =>
    Effect.gen(function*() {
      while ((yield* Clock.monotonicTimeNanos) < term.until) yield* sleepUntil(term.until)
      yield* end("the lease could not be renewed in time")
    })

  const elect = Effect.gen(function*() {
    const term = yield* stand
    yield* Effect.raceFirst(Deferred.await(term.over), Effect.raceFirst(renewals(term), deadline(term)))
  })

  const release = Effect.gen(function*() {
    if (held === undefined) return
    const { lease } = held
    yield* end("stopping")
    const next = released(lease, yield* isoNow)
    yield* client.replace(LeaseKind, next).pipe(Effect.timeout(releaseTimeout), Effect.ignore)
  })

  const tellAge = gaugeSeries(leaseAgeSeconds)
  yield* atScrape(Effect.flatMap(Clock.monotonicTimeNanos, (now) => {
    const renewedAt = held === undefined ? sighting?.at : held.until - seconds(options.renewDeadlineSeconds)
    return tellAge(renewedAt === undefined ? [] : [[{}, Number(now - renewedAt) / 1e9]])
  }))
  yield* Effect.addFinalizer(() => release)
  yield* reflect(LeaseKind, {
    namespace: ref.namespace,
    fieldSelector: `metadata.name=${ref.name}`,
    store: leases,
    project: (lease) => lease,
    onChange: changed,
    onSynced: Effect.asVoid(Deferred.succeed(synced, undefined))
  }).pipe(Effect.forkScoped)
  yield* Effect.forkScoped(Effect.andThen(
    Deferred.await(synced),
    supervised("leader election", Effect.forever(elect), () => end("its election died"))
  ))

  const leads = Effect.map(Clock.monotonicTimeNanos, (now) => held !== undefined && now < held.until)
  return Leadership.of({
    leads,
    problem: Effect.sync(() => problem),
    settled: Effect.ignore(Effect.timeout(Deferred.await(settled), settleTimeout)),
    whileLeading: (work) =>
      Effect.forever(Effect.gen(function*() {
        yield* leading.await
        if (held === undefined) return
        const { over, since } = held
        const acts = () => true
        yield* Effect.raceFirst(Deferred.await(over), Effect.andThen(work({ since, acts }), Effect.never))
      })),
    alsoLead: () => Effect.void,
    leaveOthers: () => Effect.void
  })
})

export const layerLease = (
  options: LeaderElectionOptions
): Layer.Layer<Leadership, never, KubernetesClient> => Layer.effect(Leadership, electionOf(options))
