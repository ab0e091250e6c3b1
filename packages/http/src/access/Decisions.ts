/**
 * Decisions of the cluster, remembered for a moment. A decision is as old as the oldest answer that it rests on, counted from the
 * question; none is used once it is older than its kind may be. Keys are hashes of tokens. What could not be found out is not remembered.
 */
import type { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Array, Cache, Clock, Context, Duration, Effect, Redacted } from "effect"
import { createHash } from "node:crypto"
import type { Permission, User } from "../Access.ts"
import { AccessUnknown } from "../Problem.ts"
import { permissionText } from "./Permissions.ts"
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
  readonly user: User | undefined
}

interface Decision extends Remembered {
  readonly allowed: boolean
}

/** What a look-up is about; the key under which it is remembered has only the hash. */
class Asked extends Context.Service<Asked, {
  readonly token: Redacted.Redacted
  readonly identity?: Identity & { readonly user: User }
  readonly permission?: Permission
}>()("@orchestrator/http/access/Asked") {}

const hashOf = (token: Redacted.Redacted): string => createHash("sha256").update(Redacted.value(token)).digest("base64")

const remember = (until: number) =>
  Effect.map(Clock.currentTimeMillis, (now): Remembered => ({ until, left: Math.max(0, until - now) }))

/** Failures are not kept at all. */
const whileFresh = {
  requireServicesAt: "lookup" as const,
  timeToLive: (exit: { readonly _tag: string; readonly value?: Remembered }) =>
    Duration.millis(exit._tag === "Success" ? exit.value?.left ?? 0 : 0)
}

const tooSlow = () =>
  new AccessUnknown({
    detail: "The cluster's answers to access reviews come too late to be relied on",
    hint: "Try the same request again later"
  })

export interface Verdict {
  /** Absent: the token is not accepted. */
  readonly user?: User
  readonly missing: ReadonlyArray<Permission>
}

const unaccepted: Verdict = { missing: [] }

export interface DecisionOptions {
  readonly client: KubernetesClient["Service"]
  readonly namespace: string
  /** One of which tokens are issued for; empty: the API server's own. */
  readonly audiences: ReadonlyArray<string>
}

/** What the cluster says of the owner of a token, now or a moment ago. */
export type Decide = (
  token: Redacted.Redacted,
  permissions: ReadonlyArray<Permission>
) => Effect.Effect<Verdict, AccessUnknown>

export const makeDecisions = Effect.fnUntraced(function*({ audiences, client, namespace }: DecisionOptions) {
  const identities = yield* Cache.makeWith(
    Effect.fnUntraced(function*(_: string) {
      const { token } = yield* Asked
      const begin = yield* Clock.currentTimeMillis
      const user = yield* reviewToken(client, audiences, token)
      const identity: Identity = {
        user,
        ...(yield* remember(begin + (user === undefined ? refusedFor : allowedFor)))
      }
      return identity
    }),
    { capacity: mostTokens, ...whileFresh }
  )

  const decisions = yield* Cache.makeWith(
    Effect.fnUntraced(function*(_: string) {
      const { identity, permission } = yield* Asked
      if (identity === undefined || permission === undefined) return yield* Effect.die("a question without its parts")
      const begin = yield* Clock.currentTimeMillis
      const allowed = yield* reviewAccess(client, identity.user, permission, namespace)
      const decision: Decision = {
        allowed,
        ...(yield* remember(allowed ? identity.until : Math.min(identity.until, begin + refusedFor)))
      }
      return decision
    }),
    { capacity: mostPermissions, ...whileFresh }
  )

  const decide = Effect.fnUntraced(
    function*(token: Redacted.Redacted, hash: string, permissions: ReadonlyArray<Permission>) {
      const identity = yield* Cache.get(identities, hash).pipe(Effect.provideService(Asked, { token }))
      const { until, user } = identity
      if (user === undefined) return { verdict: unaccepted, until }
      const one = (permission: Permission) =>
        Cache.get(decisions, `${hash} ${permissionText(permission)}`).pipe(
          Effect.provideService(Asked, { token, identity: { ...identity, user }, permission })
        )
      let freshUntil = until
      for (const some of Array.chunksOf(permissions, mostAtOnce)) {
        const found = yield* Effect.forEach(some, one, { concurrency: 8 })
        freshUntil = Math.min(freshUntil, ...found.map((each) => each.until))
        const missing = some.filter((_, index) => found[index]?.allowed !== true)
        if (missing.length > 0) return { verdict: { user, missing }, until: freshUntil }
      }
      const verdict: Verdict = { user, missing: [] }
      return { verdict, until: freshUntil }
    }
  )

  /** The verdict that holds now. One that has grown too old while it was put together is put together again, once. */
  const decideNow: Decide = Effect.fnUntraced(function*(token, permissions) {
    const hash = hashOf(token)
    for (let tries = 0; tries < 2; tries++) {
      const { until, verdict } = yield* decide(token, hash, permissions)
      if ((yield* Clock.currentTimeMillis) < until) return verdict
    }
    return yield* tooSlow()
  })
  return decideNow
})
