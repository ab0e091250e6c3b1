/** A value once it has not changed for a moment: what is asked of the server while somebody types. */
import { type Duration, Effect, Fiber } from "effect"
import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js"

export const createSettled = <A>(value: Accessor<A>, after: Duration.Input): Accessor<A> => {
  const [settled, setSettled] = createSignal<A>(value())
  createEffect(on(value, (next) => {
    const fiber = Effect.runFork(Effect.andThen(Effect.sleep(after), Effect.sync(() => setSettled(() => next))))
    onCleanup(() => void Effect.runFork(Fiber.interrupt(fiber)))
  }, { defer: true }))
  return settled
}
