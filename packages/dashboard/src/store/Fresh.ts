/**
 * What a view shows of the server beside the stream of runs: read when it opens, and again when runs have changed, some seconds apart.
 * While nothing changes nothing is read; in a tab that nobody sees it waits until somebody does. What was read last stays while it is read anew.
 */
import { DateTime, Effect } from "effect"
import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js"

const apart = "5 seconds"

export interface Fresh<A> {
  readonly value: Accessor<A | undefined>
  /** Why the last read failed. */
  readonly error: Accessor<unknown>
  /** RFC 3339 time of what is shown. */
  readonly at: Accessor<string | undefined>
  readonly reading: Accessor<boolean>
  readonly reload: () => void
}

/** `changes`: its identity says that it may be worth reading anew. */
export const createFresh = <A>(
  read: (signal: AbortSignal) => Promise<A>,
  changes: Accessor<unknown>
): Fresh<A> => {
  const [value, setValue] = createSignal<A>()
  const [error, setError] = createSignal<unknown>()
  const [at, setAt] = createSignal<string>()
  const [reading, setReading] = createSignal(false)
  let ending: AbortController | undefined
  let planned = false
  let missed = false

  const reload = () => {
    ending?.abort()
    const own = new AbortController()
    ending = own
    missed = false
    setReading(true)
    read(own.signal).then((found) => {
      if (own.signal.aborted) return
      setValue(() => found)
      setAt(DateTime.formatIso(Effect.runSync(DateTime.now)))
      setError(undefined)
    }, (why: unknown) => {
      if (!own.signal.aborted) setError(() => why)
    }).finally(() => {
      if (!own.signal.aborted) setReading(false)
    })
  }
  const whenSeen = () => {
    if (missed && !document.hidden) reload()
  }
  const due = Effect.sync(() => {
    planned = false
    if (ending === undefined) return
    missed = true
    whenSeen()
  })
  createEffect(on(changes, () => {
    if (planned) return
    planned = true
    Effect.runFork(Effect.delay(due, apart))
  }, { defer: true }))
  document.addEventListener("visibilitychange", whenSeen)
  onCleanup(() => {
    document.removeEventListener("visibilitychange", whenSeen)
    ending?.abort()
    ending = undefined
  })
  reload()
  return { value, error, at, reading, reload }
}
