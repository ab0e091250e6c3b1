/** Work that would make the page wait, in pieces between which it is drawn and listens. */
import { Effect, Fiber } from "effect"

/** Does the next piece until there is none; returns what ends it. */
export const inPieces = (piece: () => boolean): () => void => {
  const fiber = Effect.runFork(
    Effect.repeat(Effect.andThen(Effect.sleep("1 millis"), Effect.sync(piece)), { while: (more) => more })
  )
  return () => Effect.runFork(Fiber.interrupt(fiber))
}
