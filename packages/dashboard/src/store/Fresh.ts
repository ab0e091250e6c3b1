/**
 * What a view shows of the server beside the stream of runs: read when it opens, and again when runs have changed, some seconds apart.
 * While nothing changes nothing is read; in a tab that nobody sees it waits until somebody does. What was read last stays while it is read anew.
 */
import { DateTime, Effect } from "effect"
import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js"
import { type Asked, createAsked } from "./Asked.ts"

const apart = "5 seconds"

export interface Fresh<A> extends Asked<A> {
  /** RFC 3339 time of what is shown. */
  readonly at: Accessor<string | undefined>
}

/** `changes`: its identity says that it may be worth reading anew. */
export const createFresh = <A>(
  read: (signal: AbortSignal) => Promise<A>,
  changes: Accessor<unknown>
): Fresh<A> => {
  const asked = createAsked(() => true, (_, signal) => read(signal))
  const [at, setAt] = createSignal<string>()
  let isThere = true
  let isPlanned = false
  let isMissed = false

  const whenSeen = () => {
    if (!isMissed || document.hidden) return
    isMissed = false
    asked.again()
  }
  const due = Effect.sync(() => {
    isPlanned = false
    isMissed = isThere
    whenSeen()
  })
  createEffect(on(changes, () => {
    if (isPlanned) return
    isPlanned = true
    Effect.runFork(Effect.delay(due, apart))
  }, { defer: true }))
  createEffect(on(asked.value, () => setAt(DateTime.formatIso(Effect.runSync(DateTime.now))), { defer: true }))
  document.addEventListener("visibilitychange", whenSeen)
  onCleanup(() => {
    document.removeEventListener("visibilitychange", whenSeen)
    isThere = false
  })
  return { ...asked, at }
}
