/**
 * Writes to all who listen, whenever there is something to tell: one fiber for all of them, and none for a client. A client that does not take
 * what it was sent is told nothing until it does; nothing waits for it but that one piece.
 */
import { millisOf } from "@orchestrator/domain/Monotonic"
import { Clock, Effect, Exit, FiberSet, Latch } from "effect"
import { isAllowed, lastPiece, type Listener, lookAtRights, nextPiece, type Piece, type SharedLog } from "./Listener.ts"

/** Where the bytes for a client go. */
export interface Sink {
  /** Whether it takes more at once; otherwise it says when it does. Never called after its client has gone. */
  readonly write: (bytes: Uint8Array) => boolean
  readonly end: () => void
}

export interface Follower {
  readonly listener: Listener
  readonly sink: Sink
  /** Called once, after the last piece or when the client has gone. */
  readonly onGone: () => void
  /** Its sink is full, or its rights are being looked at. */
  isBusy: boolean
}

/** Clients that are written to before others get their turn. */
const mostAtOnce = 256

const joined = ([first = new Uint8Array(), ...others]: ReadonlyArray<Uint8Array>): Uint8Array =>
  others.length === 0 ? first : Buffer.concat([first, ...others])

/** For the life of the scope. */
export const makeHub = Effect.fnUntraced(function*(shared: SharedLog) {
  const clock = yield* Clock.Clock
  const run = yield* FiberSet.makeRuntime()
  const followers = new Set<Follower>()
  const news = Latch.makeUnsafe()

  const leave = (follower: Follower) => {
    if (followers.delete(follower)) follower.onGone()
  }

  const send = (follower: Follower, { frames, isLast = false }: Piece) => {
    // It may have gone while its rights were looked at.
    if (!followers.has(follower)) return
    follower.isBusy = !follower.sink.write(joined(frames))
    if (!isLast) return
    leave(follower)
    follower.sink.end()
  }

  const look = (follower: Follower, piece: Piece) =>
    Effect.exit(lookAtRights(follower.listener)).pipe(
      Effect.map((exit) => {
        const refused = Exit.isSuccess(exit) ? exit.value : "access-unknown"
        send(follower, refused === undefined ? piece : lastPiece(refused))
        tell(follower)
      })
    )

  const tell = (follower: Follower) => {
    while (!follower.isBusy && followers.has(follower)) {
      const piece = nextPiece(follower.listener, shared)
      if (piece === undefined) return
      if (isAllowed(follower.listener, piece, millisOf(clock.monotonicTimeNanosUnsafe()))) send(follower, piece)
      else {
        follower.isBusy = true
        run(look(follower, piece))
      }
    }
  }

  const round = Effect.gen(function*() {
    yield* news.await
    news.closeUnsafe()
    let told = 0
    for (const follower of [...followers]) {
      tell(follower)
      told += 1
      if (told % mostAtOnce === 0) yield* Effect.yieldNow
    }
  })
  yield* Effect.forkScoped(Effect.forever(round))
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const follower of [...followers]) {
        leave(follower)
        follower.sink.end()
      }
    })
  )

  return {
    /** Something has changed. */
    wake: () => void news.openUnsafe(),
    join: (follower: Follower) => {
      followers.add(follower)
      tell(follower)
    },
    /** Its sink takes more. */
    ready: (follower: Follower) => {
      follower.isBusy = false
      tell(follower)
    },
    leave
  }
})

export type Hub = Effect.Success<ReturnType<typeof makeHub>>
