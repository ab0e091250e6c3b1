/**
 * One client's stream of events: what it has yet to be told, as far as it may know it. Nothing is told without an allow decision that is
 * fresh; who falls behind what the log keeps is cut off. What waits for the client is no more than one piece of the stream.
 */
import { everyRunKind, type KindName, runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import type { Change } from "@orchestrator/k8s/Reflector"
import { isNewer } from "@orchestrator/k8s/Store"
import { Array, Cause, Deferred, Duration, Effect, Record, Schedule, Stream } from "effect"
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

/** What a change is to somebody who asks for some runs; undefined: nothing. */
const seenBy = (filters: RunFilters) => {
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

/** Answers with the next piece for the client, and with nothing while there is none. */
const makeReader = (open: OpenLog, kinds: ReadonlySet<KindName>, { kind: _, lastEventId, ...filters }: Asked) => {
  const { log } = open
  const seen = seenBy(filters)
  let place: Place | undefined
  let beats = open.beats()

  const reset = (reason: ResetReason): Piece => {
    place = { cursor: log.end() }
    return { frames: [resetFrame(reason, kinds, log.position())] }
  }

  const heartbeat = (): Piece | undefined => {
    if (beats === open.beats()) return undefined
    beats = open.beats()
    return { frames: [heartbeatFrame(kinds, place === undefined ? undefined : log.position())], isIdle: true }
  }

  const isNews = ({ kind, position }: LoggedChange, from: Position | undefined): boolean =>
    kinds.has(kind) && (from === undefined || isNewer(position[kind] ?? "", from[kind] ?? ""))

  return (): Piece | undefined => {
    if (open.isStopping()) return last("stopping")
    if (!open.isReady()) return heartbeat()
    if (place === undefined) {
      const found = begin(open, kinds, lastEventId)
      if (typeof found === "string") return reset(found)
      place = found
    }
    const { cursor, from } = place
    const changes = log.read(cursor)
    if (changes === "gap") return reset("gap")
    if (changes === "behind") return last("behind")
    const frames: globalThis.Array<Uint8Array> = []
    let [bytes, taken] = [0, 0]
    for (const logged of changes) {
      const change = isNews(logged, from) ? seen(logged) : undefined
      if (change !== undefined) {
        const frame = changeFrame(logged, change, kinds)
        if (bytes > 0 && bytes + frame.length > pieceBytes) break
        frames.push(frame)
        bytes += frame.length
      }
      taken += 1
    }
    place = { ...place, cursor: { ...cursor, next: cursor.next + taken } }
    if (frames.length === 0) return heartbeat()
    beats = open.beats()
    return { frames }
  }
}

/** While the cluster does not say whether the client may be told, it is told nothing: for about a minute. */
const patience = { schedule: Schedule.jittered(Schedule.exponential("500 millis")), times: 7 }

const endOf = ({ _tag }: AccessProblem): EndReason => _tag === "AccessUnknown" ? "access-unknown" : "revoked"

/** The stream of a client that may list something. */
export const listen = Effect.fn("http.listen")(function*({ open }: RunLog["Service"], asked: Asked) {
  const { require } = yield* Requester
  const kinds = yield* permitted(kindsOf(asked))
  const needs = [...kinds].map(listing)

  const pulling = (shared: OpenLog) => {
    const read = makeReader(shared, kinds, asked)
    let allowedUntil = -Infinity
    let isOver = false

    /** Why the client may be told nothing more. */
    const refusal = Effect.fnUntraced(function*({ isIdle = false, isLast = false }: Piece) {
      const now = yield* monotonicMillis
      if (isLast || now < allowedUntil + (isIdle ? idleLookMillis : 0)) return undefined
      return yield* require(needs).pipe(
        Effect.retry({ ...patience, while: ({ _tag }) => _tag === "AccessUnknown" }),
        Effect.match({
          onFailure: endOf,
          onSuccess: (until) => {
            allowedUntil = until
            return undefined
          }
        })
      )
    })

    return Effect.succeed(Effect.gen(function*() {
      while (!isOver) {
        const change = shared.change()
        const piece = read()
        if (piece === undefined) {
          yield* Deferred.await(change)
          continue
        }
        const refused = yield* refusal(piece)
        const { frames, isLast = false } = refused === undefined ? piece : last(refused)
        isOver = isLast
        if (Array.isReadonlyArrayNonEmpty(frames)) return frames
      }
      return yield* Cause.done()
    }))
  }

  return Stream.unwrap(Effect.map(open, (shared) => Stream.fromPull(pulling(shared))))
})
