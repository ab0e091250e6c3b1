/** How a log is given out: it has begun before the answer does, and goes on while its reader may have it and the server runs. */
import { Effect, Sink, Stream } from "effect"
import { logNeeds, Requester } from "../contract/Access.ts"
import { Stopping } from "../services/Stopping.ts"

/** The first bytes are there, or the log has failed, before the answer begins; a quiet log that is followed begins at once. */
export const begun = Effect.fnUntraced(function*<E>(log: Stream.Stream<Uint8Array, E>, follow: boolean) {
  if (follow) return log
  const [head, rest] = yield* Stream.peel(log, Sink.take<Uint8Array>(1))
  return Stream.concat(Stream.fromIterable(head), rest)
})

/** For as long as its reader may have it and the server runs. */
export const guarded = Effect.map(
  Effect.all([Requester, Stopping]),
  ([requester, { stopped }]) => <A, E>(log: Stream.Stream<A, E>) =>
    log.pipe(Stream.tap(() => requester.require(logNeeds)), Stream.interruptWhen(stopped))
)
