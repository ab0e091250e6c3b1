/**
 * One API server, connected: keep-alive pools that live as long as the scope (short requests share a bounded one, reviews and the Lease
 * have one each so that neither waits for the other's, watches and logs hold a connection each), and the headers that authenticate us. Credentials are kept for a few seconds; new trust material means new pools.
 */
import { millisOf } from "@orchestrator/domain/Monotonic"
import { Clock, Duration, Effect, Ref, type Scope } from "effect"
import { type Dispatcher, Pool, ProxyAgent, Socks5ProxyAgent } from "undici"
import type { Access, ClusterCredentials, ConnectionError, Trust } from "./Access.ts"

export interface ConnectionOptions {
  /** Connections for requests that are not watches or logs. */
  readonly connections: number
}

export interface Pools {
  readonly requests: Dispatcher
  /** For questions about whoever sends us requests: as many as they send. */
  readonly reviews: Dispatcher
  /** For the Lease, which must not wait for anything. */
  readonly lease: Dispatcher
  readonly streams: Dispatcher
}

/** What one request needs. */
export interface Session extends Pools {
  /** Scheme, host and port. */
  readonly origin: string
  /** Path of the API on that server, usually empty. */
  readonly prefix: string
  readonly headers: Readonly<Record<string, string>>
}

export interface Connection {
  readonly session: Effect.Effect<Session, ConnectionError>
  /** The same where it need not be looked up; undefined: it has to be. */
  readonly known: () => Session | undefined
  /** Looks the credentials up anew before the next request. */
  readonly refused: Effect.Effect<void>
}

/** Tokens in pods are replaced long before they expire; a refused one is looked up again at once. */
const credentialsTtl = Duration.seconds(10)

const poolOptions = { pipelining: 1, allowH2: false, keepAliveTimeout: 60_000, headersTimeout: 0, bodyTimeout: 0 }

const dispatcher = (
  origin: string,
  proxy: string | undefined,
  trust: Trust,
  connections: number | null
): Dispatcher => {
  const connect = { ...trust, keepAlive: true, keepAliveInitialDelay: 15_000, timeout: 10_000 }
  if (proxy === undefined) return new Pool(origin, { ...poolOptions, connect, connections })
  return proxy.startsWith("socks")
    ? new Socks5ProxyAgent(proxy, { ...poolOptions, requestTls: trust, connections })
    : new ProxyAgent({ ...poolOptions, uri: proxy, requestTls: trust, connections })
}

const reviewConnections = 16
/** One that hangs does not keep the next renewal waiting. */
const leaseConnections = 2

const open = (access: Access, trust: Trust, options: ConnectionOptions): Pools => {
  const { origin } = new URL(access.server)
  const pool = (connections: number | null) => dispatcher(origin, access.proxy, trust, connections)
  return {
    requests: pool(options.connections),
    reviews: pool(reviewConnections),
    lease: pool(leaseConnections),
    streams: pool(null)
  }
}

const dispatchers = ({ lease, requests, reviews, streams }: Pools) => [requests, reviews, lease, streams]

const destroy = (pools: Pools): Effect.Effect<void> =>
  Effect.promise(() => Promise.allSettled(dispatchers(pools).map((pool) => pool.destroy())))

/** Requests under way go on; new ones use other pools. */
const retire = (pools: Pools): Effect.Effect<void> =>
  Effect.sync(() => dispatchers(pools).forEach((pool) => void pool.close()))

const sameTrust = (left: Trust, right: Trust): boolean =>
  left.ca === right.ca && left.cert === right.cert && left.key === right.key && left.servername === right.servername &&
  left.rejectUnauthorized === right.rejectUnauthorized

export const connect = Effect.fnUntraced(function*(access: Access, options: ConnectionOptions): Effect.fn.Return<
  Connection,
  ConnectionError,
  Scope.Scope
> {
  const url = new URL(access.server)
  const first = yield* access.credentials
  const state = yield* Ref.make({ trust: first.trust, pools: open(access, first.trust, options) })
  yield* Effect.addFinalizer(() => Ref.get(state).pipe(Effect.flatMap(({ pools }) => destroy(pools))))

  const poolsFor = Effect.fnUntraced(function*(credentials: ClusterCredentials) {
    const { pools, trust } = yield* Ref.get(state)
    if (sameTrust(trust, credentials.trust)) return pools
    const next = open(access, credentials.trust, options)
    yield* Ref.set(state, { trust: credentials.trust, pools: next })
    yield* retire(pools)
    return next
  })
  const clock = yield* Clock.Clock
  const now = () => millisOf(clock.monotonicTimeNanosUnsafe())
  let known: { readonly session: Session; readonly until: number } | undefined
  const [session, invalidate] = yield* Effect.cachedInvalidateWithTTL(
    Effect.gen(function*() {
      const credentials = yield* access.credentials
      const pools = yield* poolsFor(credentials)
      const prefix = url.pathname.replace(/\/$/, "")
      const session = { ...pools, origin: url.origin, prefix, headers: credentials.headers }
      known = { session, until: now() + Duration.toMillis(credentialsTtl) }
      return session
    }),
    credentialsTtl
  )
  return {
    session,
    known: () => known !== undefined && now() < known.until ? known.session : undefined,
    refused: Effect.andThen(access.forget, Effect.andThen(Effect.sync(() => void (known = undefined)), invalidate))
  }
})
