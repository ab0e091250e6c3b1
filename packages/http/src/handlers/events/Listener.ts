/**
 * One client's stream of events: what it has yet to be told, as far as it may know it. Nothing is told without an allow decision that is
 * fresh; who falls behind what the log keeps is cut off. What waits for the client is no more than one piece of the stream.
 */
import { everyRunKind, type KindName, runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import type { Change } from "@orchestrator/k8s/Reflector"
import { isNewer } from "@orchestrator/k8s/Store"
import { Array, Cause, Channel, Deferred, Duration, Effect, Record, Schedule, Scope, Stream } from "effect"
import { type AccessProblem, type Permission, Requester } from "../../contract/Access.ts"
import { everyFilter } from "../../contract/kinds/RunGroups.ts"
import type { RunFilters } from "../../contract/RunFilters.ts"
import { runMatcher } from "../RunMatch.ts"
import type { Cursor, LoggedChange } from "./EventLog.ts"
import { changeFrame, endFrame, type EndReason, heartbeatFrame, resetFrame, type ResetReason } from "./Frames.ts"
import { covers, type Position, readPosition } from "./Position.ts"
import type { OpenLog, RunLog } from "./RunLog.ts"

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
  return new Set(allowed)
})

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

/** Where a listener begins; `from`: what is not later has been told before. */
interface Place {
  readonly cursor: Cursor
  readonly from?: Position
}

const begin = ({ log }: OpenLog, kinds: ReadonlySet<KindName>, lastEventId: string | undefined) => {
  const from = lastEventId === undefined ? undefined : readPosition(lastEventId)
  if (from === undefined || !covers(from, kinds)) return "begin"
  const cursor = log.after(from, kinds)
  return cursor === undefined ? "expired" : { cursor, from }
}

interface Piece {
  readonly frames: ReadonlyArray<Uint8Array>
  readonly isIdle?: boolean
  readonly isLast?: boolean
}

const last = (reason: EndReason): Piece => ({ frames: [endFrame(reason)], isLast: true })

/** What is kept of a listener while it listens: there are thousands, so it is one object, and what is done with it is nobody's closure. */
interface Listener {
  readonly open: OpenLog
  readonly kinds: ReadonlySet<KindName>
  readonly seen: Seen
  readonly lastEventId: string | undefined
  readonly require: Requester["Service"]["require"]
  place: Place | undefined
  beats: number
  allowedUntil: number
  isOver: boolean
}

const reset = (listener: Listener, reason: ResetReason): Piece => {
  const { kinds, open: { log } } = listener
  listener.place = { cursor: log.end() }
  return { frames: [resetFrame(reason, kinds, log.position())] }
}

const heartbeat = (listener: Listener): Piece | undefined => {
  const { kinds, open, place } = listener
  if (listener.beats === open.beats()) return undefined
  listener.beats = open.beats()
  return { frames: [heartbeatFrame(kinds, place === undefined ? undefined : open.log.position())], isIdle: true }
}

const isNews = (
  { kind, position }: LoggedChange,
  kinds: ReadonlySet<KindName>,
  from: Position | undefined
): boolean => kinds.has(kind) && (from === undefined || isNewer(position[kind] ?? "", from[kind] ?? ""))

/** The next piece for the client; undefined while there is none. */
const nextPiece = (listener: Listener): Piece | undefined => {
  const { kinds, lastEventId, open, seen } = listener
  if (open.isStopping()) return last("stopping")
  if (!open.isReady()) return heartbeat(listener)
  if (listener.place === undefined) {
    const found = begin(open, kinds, lastEventId)
    if (typeof found === "string") return reset(listener, found)
    listener.place = found
  }
  const { cursor, from } = listener.place
  const changes = open.log.read(cursor)
  if (changes === "gap") return reset(listener, "gap")
  if (changes === "behind") return last("behind")
  const frames: globalThis.Array<Uint8Array> = []
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
  listener.place = { ...listener.place, cursor: { ...cursor, next: cursor.next + taken } }
  if (frames.length === 0) return heartbeat(listener)
  listener.beats = open.beats()
  return { frames }
}

/** While the cluster does not say whether the client may be told, it is told nothing: for about a minute. */
const patience = {
  schedule: Schedule.jittered(Schedule.exponential("500 millis")),
  times: 7,
  while: ({ _tag }: AccessProblem) => _tag === "AccessUnknown"
}

const endOf = ({ _tag }: AccessProblem): EndReason => _tag === "AccessUnknown" ? "access-unknown" : "revoked"

/** Why the client may be told nothing more. */
const refusal = Effect.fnUntraced(function*(listener: Listener, { isIdle = false, isLast = false }: Piece) {
  const { allowedUntil, kinds, require } = listener
  const now = yield* monotonicMillis
  if (isLast || now < allowedUntil + (isIdle ? idleLookMillis : 0)) return undefined
  return yield* require([...kinds].map(listing)).pipe(
    Effect.retry(patience),
    Effect.match({
      onFailure: endOf,
      onSuccess: (until) => {
        listener.allowedUntil = until
        return undefined
      }
    })
  )
})

const pull = Effect.fnUntraced(function*(listener: Listener) {
  while (!listener.isOver) {
    const change = listener.open.change()
    const piece = nextPiece(listener)
    if (piece === undefined) {
      yield* Deferred.await(change)
      continue
    }
    const refused = yield* refusal(listener, piece)
    const { frames, isLast = false } = refused === undefined ? piece : last(refused)
    listener.isOver = isLast
    if (Array.isReadonlyArrayNonEmpty(frames)) return frames
  }
  return yield* Cause.done()
})

/** The stream of a client that may list something. */
export const listen = Effect.fn("http.listen")(function*({ open }: RunLog["Service"], asked: Asked) {
  const { require } = yield* Requester
  const { kind: _, lastEventId, ...filters } = asked
  const kinds = yield* permitted(kindsOf(asked))
  const seen = Object.keys(filters).length === 0 ? seenByAll : seenBy(filters)
  const pulls = Effect.map(open, (shared) =>
    pull({
      open: shared,
      kinds,
      seen,
      lastEventId,
      require,
      place: undefined,
      beats: shared.beats(),
      allowedUntil: -Infinity,
      isOver: false
    }))
  return Stream.fromChannel(Channel.fromTransform((_, scope) => Effect.provideService(pulls, Scope.Scope, scope)))
})
