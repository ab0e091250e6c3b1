/**
 * Now, for ages: one clock for the page, which stands while nobody sees it and when nothing on the page needs it. It ticks each second only
 * for those who ask for seconds and while an age is shown that is counted in seconds.
 */
import { Clock, Effect, Fiber } from "effect"
import { type Accessor, createEffect, createMemo, createSignal, onCleanup, onMount } from "solid-js"

const read = () => Effect.runSync(Clock.currentTimeMillis)

const [now, setNow] = createSignal(read())

const minute = 60_000

let users = 0
/** Who wants every second, and the latest of the times whose ages are shown. */
let exact = 0
let latest = 0
let fiber: Fiber.Fiber<unknown> | undefined

const pause = Effect.suspend(() => Effect.sleep(exact > 0 || read() - latest < minute ? "1 second" : "15 seconds"))

const ticking = pause.pipe(
  Effect.andThen(Effect.sync(() => {
    if (!document.hidden) setNow(read())
  })),
  Effect.forever
)

const stop = () => {
  if (fiber !== undefined) Effect.runFork(Fiber.interrupt(fiber))
  fiber = undefined
}

const wake = () => {
  stop()
  setNow(read())
  fiber = Effect.runFork(ticking)
}

/** Milliseconds since the epoch, for as long as the component is there: to the second, or as an age since `since` is shown. */
export const useNow = (since?: Accessor<number | undefined>): Accessor<number> => {
  onMount(() => {
    users += 1
    if (since === undefined) exact += 1
    if (fiber === undefined || since === undefined) wake()
  })
  if (since !== undefined) {
    createEffect(() => {
      const at = since() ?? 0
      if (at <= latest) return
      latest = at
      wake()
    })
  }
  onCleanup(() => {
    users -= 1
    if (since === undefined) exact -= 1
    if (users === 0) stop()
  })
  return createMemo(now)
}
