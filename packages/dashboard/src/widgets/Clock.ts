/** Now, for ages: one clock for the page, which stands while nobody sees it and when nothing on the page needs it. */
import { Clock, Effect, Fiber } from "effect"
import { type Accessor, createMemo, createSignal, onCleanup, onMount } from "solid-js"

const read = () => Effect.runSync(Clock.currentTimeMillis)

const [now, setNow] = createSignal(read())

const ticking = Effect.sync(() => {
  if (!document.hidden) setNow(read())
}).pipe(Effect.delay("1 second"), Effect.forever)

let users = 0
let fiber: Fiber.Fiber<unknown> | undefined

/** Milliseconds since the epoch, to the second, for as long as the component is there. */
export const useNow = (): Accessor<number> => {
  onMount(() => {
    users += 1
    if (users > 1) return
    setNow(read())
    fiber = Effect.runFork(ticking)
  })
  onCleanup(() => {
    users -= 1
    if (users > 0 || fiber === undefined) return
    Effect.runFork(Fiber.interrupt(fiber))
    fiber = undefined
  })
  return createMemo(now)
}
