/** Who may ask is known by then: a stranger takes nobody's turn. What waits for its reader afterwards is `server/Backlog.ts`'s to bound. */
import { Effect, Layer, Semaphore } from "effect"
import { LargeAnswers } from "../contract/LargeAnswers.ts"

/** One is read while the other is written. */
const atATime = 2

export const LargeAnswersLayer = Layer.effect(
  LargeAnswers,
  Effect.map(Semaphore.make(atATime), (turns) => LargeAnswers.of((answer) => turns.withPermits(1)(answer)))
)
