/**
 * One client that follows events: what it has yet to be told, as far as it may know it. Nothing is told without an allow decision that is fresh;
 * who falls behind what the log keeps is cut off.
 */
import { everyRunKind, type KindName, runKinds } from "@orchestrator/domain/kinds/RunKinds"
import type { Change } from "@orchestrator/k8s/Reflector"
import { isNewer } from "@orchestrator/k8s/Store"
import { Duration, Effect, Record, Schedule } from "effect"
import { type AccessProblem, type Permission, Requester } from "../../contract/Access.ts"
import { everyFilter } from "../../contract/kinds/RunGroups.ts"
import type { RunFilters } from "../../contract/RunFilters.ts"
import { runMatcher } from "../RunMatch.ts"
import type { Cursor, EventLog, LoggedChange } from "./EventLog.ts"
import { changeFrame, endFrame, type EndReason, heartbeatFrame, resetFrame, type ResetReason } from "./Frames.ts"
import { covers, type Position, readPosition } from "./Position.ts"

export interface Asked extends RunFilters {
  readonly kind?: KindName
  readonly lastEventId?: string | undefined
}

/** Bytes that are sent at once, beyond the first event. */
const pieceBytes = 16 * 1024
/** Between two looks at the rights of a client that is told nothing. */
const idleLookMillis = Duration.toMillis("1 minute")

const listing = (kind: KindName): Permission => ({ verb: "list", resource: runKinds[kind].plural })

/** The kinds that a request is about: those that have every field that it selects by. */
const kindsOf = ({ kind: asked, ...filters }: Asked): ReadonlyArray<KindName> => {
  const own = Object.keys(filters).filter((field) => Object.hasOwn(everyFilter, field))
  return everyRunKind.filter(({ filters, kind }) =>
    (asked === undefined || kind === asked) && own.every((field) => Object.hasOwn(filters, field))
  ).map(({ kind }) => kind)
}

/** Of these kinds those that the requester may list; fails where it may list none. */
const permitted = Effect.fnUntraced(function*(kinds: ReadonlyArray<KindName>) {
  const { require } = yield* Requester
  const allowed = yield* Effect.filter(
    kinds,
    (kind) =>
      require([listing(kind)]).pipe(Effect.as(true), Effect.catchTag("PermissionMissing", () => Effect.succeed(false)))
  )
  // Says what is missing.
  if (allowed.length === 0) yield* require(kinds.map(listing))
  return oneSetOf(allowed)
})

const sets = new Map<string, ReadonlySet<KindName>>()

/** One for all who may hear of the same kinds: what is made for them is made once. */
const oneSetOf = (kinds: ReadonlyArray<KindName>): ReadonlySet<KindName> => {
  const known = sets.get(kinds.join()) ?? new Set(kinds)
  sets.set(kinds.join(), known)
  return known
}

type Seen = (change: LoggedChange) => Change | undefined

/** What a change is to somebody who asks for some runs; undefined: nothing. */
const seenBy = (filters: RunFilters): Seen => {
  // What it was before is known without long texts.
  const { q: _, ...known } = filters
  const matchers = Record.map(runKinds, (kind) => ({ now: runMatcher(kind, filters), before: runMatcher(kind, known) }))
  return ({ before, change, kind, run }: LoggedChange): Change | undefined => {
    const matches = matchers[kind]
    const isNow = matches.now?.(run) ?? true
    if (change === "set" && isNow) return "set"
    return isNow || (before !== undefined && (matches.before?.(before) ?? true)) ? "removed" : undefined
  }
}

const seenByAll: Seen = ({ change }) => change

/** What all listeners read from. */
export interface SharedLog {
  readonly log: EventLog
  /** Whether every kind of runs has been listed. */
  readonly isReady: () => boolean
  /** Grows every 15 seconds. */
  readonly beats: () => number
  readonly isStopping: () => boolean
}

/** Where a listener begins; `from`: what is not later has been told before. */
interface Place {
  readonly cursor: Cursor
  readonly from?: Position
}

const begin = ({ log }: SharedLog, kinds: ReadonlySet<KindName>, lastEventId: string | undefined) => {
  const from = lastEventId === undefined ? undefined : readPosition(lastEventId)
  if (from === undefined || !covers(from, kinds)) return "begin"
  const cursor = log.after(from, kinds)
  return cursor === undefined ? "expired" : { cursor, from }
}

/** What is sent at once. */
export interface Piece {
  readonly frames: ReadonlyArray<Uint8Array>
  readonly isIdle?: boolean
  readonly isLast?: boolean
}

export const lastPiece = (reason: EndReason): Piece => ({ frames: [endFrame(reason)], isLast: true })

/** What is kept of a client while it listens: there are thousands, so it is one object, and what is done with it is nobody's closure. */
export interface Listener {
  readonly namespace: string
  readonly kinds: ReadonlySet<KindName>
  readonly seen: Seen
  readonly lastEventId: string | undefined
  readonly require: Requester["Service"]["require"]
  place: Place | undefined
  beats: number | undefined
  /** Milliseconds of the monotonic clock. */
  allowedUntil: number
}

const reset = (listener: Listener, { log }: SharedLog, reason: ResetReason): Piece => {
  listener.place = { cursor: log.end() }
  return { frames: [resetFrame(reason, listener.kinds, log.position())] }
}

const heartbeat = (listener: Listener, shared: SharedLog): Piece | undefined => {
  const beats = shared.beats()
  const isDue = listener.beats !== undefined && listener.beats !== beats
  listener.beats = beats
  return isDue
    ? {
      frames: [heartbeatFrame(listener.kinds, listener.place === undefined ? undefined : shared.log.position())],
      isIdle: true
    }
    : undefined
}

const isNews = (
  { kind, position }: LoggedChange,
  kinds: ReadonlySet<KindName>,
  from: Position | undefined
): boolean => kinds.has(kind) && (from === undefined || isNewer(position[kind] ?? "", from[kind] ?? ""))

/** The next piece for the client; undefined while there is none. */
export const nextPiece = (listener: Listener, shared: SharedLog): Piece | undefined => {
  const { kinds, lastEventId, seen } = listener
  if (shared.isStopping()) return lastPiece("stopping")
  if (!shared.isReady()) return heartbeat(listener, shared)
  if (listener.place === undefined) {
    const found = begin(shared, kinds, lastEventId)
    if (typeof found === "string") return reset(listener, shared, found)
    listener.place = found
  }
  const { cursor, from } = listener.place
  const changes = shared.log.read(cursor)
  if (changes === "gap") return reset(listener, shared, "gap")
  if (changes === "behind") return lastPiece("behind")
  const frames: Array<Uint8Array> = []
  let [bytes, taken] = [0, 0]
  for (const logged of changes) {
    const change = isNews(logged, kinds, from) ? seen(logged) : undefined
    if (change !== undefined) {
      const frame = changeFrame(logged, change, kinds)
      if (bytes > 0 && bytes + frame.length > pieceBytes) break
      frames.push(frame)
      bytes += frame.length
    }
    taken += 1
  }
  if (taken > 0) listener.place = { ...listener.place, cursor: { ...cursor, next: cursor.next + taken } }
  if (frames.length === 0) return heartbeat(listener, shared)
  listener.beats = shared.beats()
  return { frames }
}

/** Whether a piece may be sent without another look at the client's rights. */
export const isAllowed = ({ allowedUntil }: Listener, { isIdle = false, isLast = false }: Piece, now: number) =>
  isLast || now < allowedUntil + (isIdle ? idleLookMillis : 0)

/** While the cluster does not say whether the client may be told, it is told nothing: for about a minute. */
const patience = {
  schedule: Schedule.jittered(Schedule.exponential("500 millis")),
  times: 7,
  while: ({ _tag }: AccessProblem) => _tag === "AccessUnknown"
}

const endOf = ({ _tag }: AccessProblem): EndReason => _tag === "AccessUnknown" ? "access-unknown" : "revoked"

/** Looks at the client's rights; answers with why it may be told nothing more. */
export const lookAtRights = (listener: Listener): Effect.Effect<EndReason | undefined> =>
  listener.require([...listener.kinds].map(listing)).pipe(
    Effect.retry(patience),
    Effect.match({
      onFailure: endOf,
      onSuccess: (until) => {
        listener.allowedUntil = until
        return undefined
      }
    })
  )

/** A client that may list something. */
export const listenerOf = Effect.fn("http.listen")(function*(namespace: string, asked: Asked) {
  const { require } = yield* Requester
  const { kind: _, lastEventId, ...filters } = asked
  const listener: Listener = {
    namespace,
    kinds: yield* permitted(kindsOf(asked)),
    seen: Object.keys(filters).length === 0 ? seenByAll : seenBy(filters),
    lastEventId,
    require,
    place: undefined,
    beats: undefined,
    allowedUntil: -Infinity
  }
  return listener
})
