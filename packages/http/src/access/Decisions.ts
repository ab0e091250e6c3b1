/**
 * Decisions of the cluster, remembered for a moment. A decision is as old as the oldest answer that it rests on, counted from the
 * question; none is used once it is older than its kind may be, also when somebody sets the clock. Keys are hashes of tokens. What could
 * not be found out is not remembered.
 */
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import type { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Array, Cache, Context, Data, Duration, Effect, Iterable, Redacted, Semaphore } from "effect"
import { hash as digest } from "node:crypto"
import type { Permission, User } from "../contract/Access.ts"
import { AccessUnknown, usualWaitSeconds } from "../contract/Problem.ts"
import { makeGate } from "./Gate.ts"
import { permissionText } from "./Permissions.ts"
import { makeRefusedTokens } from "./RefusedTokens.ts"
import { reviewAccess, reviewToken } from "./Reviews.ts"

const allowedFor = Duration.toMillis("10 seconds")
const refusedFor = Duration.toMillis("2 seconds")

/** The most that is remembered of each kind; then what was used least recently goes. */
const mostTokens = 1024
const mostPermissions = 8192

/** Permissions that are looked at before it is decided to look at more: who lacks one does not make us ask for thousands. */
const mostAtOnce = 32

interface Remembered {
  /** Time in milliseconds from which it counts no more. */
  readonly until: number
  /** Of that, how much was left when it became known. */
  readonly left: number
}

interface Identity extends Remembered {
  readonly user: User
}

/** The cluster does not know the token's owner. Not kept beside those that it knows. */
class Unaccepted extends Data.TaggedError("Unaccepted")<{ readonly until: number }> {}

interface Decision extends Remembered {
  readonly allowed: boolean
}

/** Questions about owners of known tokens that the cluster is asked at a time. */
const mostAccesses = 8

const sha256 = (text: string): string => digest("sha256", text, "base64")

/** Names in requests may be long, and what is remembered is kept by the thousand. */
const decisionKey = (hash: string, permission: Permission, namespace: string): string => {
  const text = permissionText(permission)
  return `${hash} ${namespace} ${text.length > 400 ? sha256(text) : text}`
}

/** One after the other: the first that is allowed is enough. */
const alternatives = ({ or = [], ...permission }: Permission): ReadonlyArray<Permission> => [
  permission,
  ...or.map((verb) => ({ ...permission, verb }))
]

/** What a look-up is about; the key under which it is remembered has only the hash. */
class Asked extends Context.Service<Asked, {
  readonly token: Redacted.Redacted
  readonly address?: string | undefined
  readonly identity?: Identity
  readonly permission?: Permission
  readonly namespace?: string
}>()("@orchestrator/http/access/Asked") {}

const hashOf = (token: Redacted.Redacted): string => sha256(Redacted.value(token))

const remember = (until: number) =>
  Effect.map(monotonicMillis, (now): Remembered => ({ until, left: Math.max(0, until - now) }))

/** Failures are not kept at all. */
const whileFresh = {
  requireServicesAt: "lookup" as const,
  timeToLive: (exit: { readonly _tag: string; readonly value?: Remembered }) =>
    Duration.millis(exit._tag === "Success" ? exit.value?.left ?? 0 : 0)
}

const tooSlow = () =>
  new AccessUnknown({
    detail: "The cluster answers access reviews too slowly to rely on them",
    hint: "Retry later",
    retryAfterSeconds: usualWaitSeconds
  })

export interface AuthorizationResult {
  /** Absent: the token is not accepted. */
  readonly user?: User
  readonly missing: ReadonlyArray<Permission>
  /** Time in milliseconds of the monotonic clock from which it counts no more. */
  readonly until: number
}

export interface DecisionOptions {
  readonly client: KubernetesClient["Service"]
  /** One of which tokens are issued for; empty: the API server's own. */
  readonly audiences: ReadonlyArray<string>
}

/** What the cluster says of the owner of a token, now or a moment ago. */
export type Decide = (
  token: Redacted.Redacted,
  permissions: ReadonlyArray<Permission>,
  namespace: string,
  /** Where the request comes from. */
  address?: string | undefined
) => Effect.Effect<AuthorizationResult, AccessUnknown>

export const makeDecisions = Effect.fnUntraced(function*({ audiences, client }: DecisionOptions) {
  const gate = yield* makeGate
  const accesses = yield* Semaphore.make(mostAccesses)
  const refusedTokens = makeRefusedTokens()
  const own = yield* Effect.context<never>()

  /** What a cache remembers keeps the fiber that found it out: that has nothing of the request that asked first, which may be large. */
  const apart = <A, E>(lookUp: Effect.Effect<A, E, Asked>, asked: Asked["Service"]): Effect.Effect<A, E> =>
    Effect.updateContext(lookUp, (): Context.Context<Asked> => Context.add(own, Asked, asked))

  const identities = yield* Cache.makeWith(
    Effect.fnUntraced(function*(_: string) {
      const { address, token } = yield* Asked
      const begin = yield* monotonicMillis
      const user = yield* gate(
        address,
        (owner) => owner === undefined,
        Effect.suspend(() => reviewToken(client, audiences, token))
      )
      if (user === undefined) return yield* Effect.fail(new Unaccepted({ until: begin + refusedFor }))
      const identity: Identity = { user, ...(yield* remember(begin + allowedFor)) }
      return identity
    }),
    { capacity: mostTokens, ...whileFresh }
  )

  const decisions = yield* Cache.makeWith(
    Effect.fnUntraced(function*(_: string) {
      const { identity, namespace, permission } = yield* Asked
      if (identity === undefined || permission === undefined || namespace === undefined) {
        return yield* Effect.die("a question without its parts")
      }
      const begin = yield* monotonicMillis
      const allowed = yield* accesses.withPermits(1)(reviewAccess(client, identity.user, permission, namespace))
      const decision: Decision = {
        allowed,
        ...(yield* remember(allowed ? identity.until : Math.min(identity.until, begin + refusedFor)))
      }
      return decision
    }),
    { capacity: mostPermissions, ...whileFresh }
  )

  let forgotAt = 0
  /** What counts no more goes within a moment, and not only where there is no room: permissions name what they are about, so that there are ever new ones. */
  const forgetOld = Effect.fnUntraced(function*(now: number) {
    if (now - forgotAt < allowedFor) return
    forgotAt = now
    // Whoever counts them drops what has expired.
    Iterable.size(yield* Cache.keys(identities))
    Iterable.size(yield* Cache.keys(decisions))
  })

  /** Whether a permission is granted, or an alternative of it. */
  const grant = Effect.fnUntraced(function*(
    hash: string,
    asked: { readonly token: Redacted.Redacted; readonly identity: Identity; readonly namespace: string },
    wanted: Permission
  ) {
    let freshUntil = Infinity
    for (const permission of alternatives(wanted)) {
      const key = decisionKey(hash, permission, asked.namespace)
      const found = yield* apart(Cache.get(decisions, key), { ...asked, permission })
      if (found.allowed) return found
      freshUntil = Math.min(freshUntil, found.until)
    }
    return { allowed: false, until: freshUntil }
  })

  const decide = Effect.fnUntraced(
    function*(
      token: Redacted.Redacted,
      hash: string,
      permissions: ReadonlyArray<Permission>,
      namespace: string,
      address?: string
    ): Effect.fn.Return<AuthorizationResult, AccessUnknown> {
      const now = yield* monotonicMillis
      yield* forgetOld(now)
      const refusedUntil = refusedTokens.until(hash, now)
      if (refusedUntil !== undefined) return { missing: [], until: refusedUntil }
      const identity = yield* apart(Cache.get(identities, hash), { token, address }).pipe(
        Effect.catchTag("Unaccepted", ({ until }) => {
          refusedTokens.add(hash, until)
          return Effect.succeed({ user: undefined, until })
        })
      )
      const { until, user } = identity
      if (user === undefined) return { missing: [], until }
      const asked = { token, identity, namespace }
      let freshUntil = until
      for (const some of Array.chunksOf(permissions, mostAtOnce)) {
        const found = yield* Effect.forEach(some, (wanted) => grant(hash, asked, wanted), {
          // One alone needs no fiber of its own.
          concurrency: Math.min(mostAccesses, some.length)
        })
        freshUntil = Math.min(freshUntil, ...found.map((each) => each.until))
        const missing = some.filter((_, index) => found[index]?.allowed !== true)
        if (missing.length > 0) return { user, missing, until: freshUntil }
      }
      return { user, missing: [], until: freshUntil }
    }
  )

  /** The result that holds now. One that has grown too old while it was put together is put together again, once. */
  const decideNow: Decide = Effect.fnUntraced(function*(token, permissions, namespace, address) {
    const hash = hashOf(token)
    for (let tries = 0; tries < 2; tries++) {
      const result = yield* decide(token, hash, permissions, namespace, address)
      if ((yield* monotonicMillis) < result.until) return result
      // The caches go by the wall clock: where that was set back they keep what is too old.
      yield* Cache.invalidate(identities, hash)
      yield* Effect.forEach(
        permissions.flatMap(alternatives),
        (each) => Cache.invalidate(decisions, decisionKey(hash, each, namespace)),
        { discard: true }
      )
    }
    return yield* tooSlow()
  })
  return decideNow
})
