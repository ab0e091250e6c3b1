/**
 * Now, for ages: one clock for the page, which stands while nobody sees it and when nothing on the page needs it. It ticks each second only
 * while a time is shown that is counted in seconds.
 */
import { Clock, Effect, Fiber } from "effect"
import { type Accessor, createEffect, createSignal, onCleanup, onMount, untrack } from "solid-js"

type Shown = Accessor<number | undefined>

const read = () => Effect.runSync(Clock.currentTimeMillis)

const [now, setNow] = createSignal(read())

const minute = 60_000
const paces = { fast: "1 second", slow: "15 seconds" } as const

/** The times whose distance from now is shown. */
const shown = new Set<Shown>()
let pace: keyof typeof paces = "slow"
let fiber: Fiber.Fiber<unknown> | undefined

const isNear = (at: number | undefined): boolean => at !== undefined && Math.abs(read() - at) < minute

const pause = Effect.suspend(() => {
  pace = [...shown].some((at) => isNear(untrack(at))) ? "fast" : "slow"
  return Effect.sleep(paces[pace])
})

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

/** Milliseconds since the epoch, for as long as the component is there, to show how far a time is: to the second within a minute of it. */
export const useNow = (at: Shown): Accessor<number> => {
  onMount(() => {
    shown.add(at)
    if (fiber === undefined) wake()
  })
  createEffect(() => {
    if (isNear(at()) && pace === "slow") wake()
  })
  onCleanup(() => {
    shown.delete(at)
    if (shown.size === 0) stop()
  })
  return now
}
