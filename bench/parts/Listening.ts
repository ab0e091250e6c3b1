/** A process of clients that does what it is told, one order after the other, for the life of the scope. */
import { Effect } from "effect"
import { fork } from "node:child_process"
import type { Answer, Order } from "./Listeners.ts"

export const listeners = Effect.gen(function*() {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => fork(`${import.meta.dirname}/Listeners.ts`)),
    (child) => Effect.sync(() => void child.kill())
  )
  return (order: Order) =>
    Effect.callback<Answer>((resume) => {
      child.once("message", (answer: Answer) => resume(Effect.succeed(answer)))
      child.send(order)
    })
})
