/**
 * What was asked of the server. While it is asked again, the last answer stays; the newest question counts, and the one before it is aborted,
 * so that answers cannot come in a wrong order.
 */
import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js"

export interface Asked<A> {
  /** Undefined until the first answer. */
  readonly value: Accessor<A | undefined>
  /** Of the newest question, where it failed. */
  readonly error: Accessor<unknown>
  readonly isPending: Accessor<boolean>
  readonly again: () => void
}

/** Asks whenever the question changes; undefined: there is nothing to ask. */
export const createAsked = <Question, A>(
  question: Accessor<Question | undefined>,
  ask: (question: Question, signal: AbortSignal) => Promise<A>
): Asked<A> => {
  const [value, setValue] = createSignal<A>()
  const [error, setError] = createSignal<unknown>()
  const [isPending, setPending] = createSignal(false)
  const [round, setRound] = createSignal(0)
  createEffect(on([question, round], ([asked]) => {
    const ending = new AbortController()
    onCleanup(() => ending.abort())
    if (asked === undefined) return setPending(false)
    setPending(true)
    ask(asked, ending.signal).then((answer) => {
      if (ending.signal.aborted) return
      setValue(() => answer)
      setError(undefined)
      setPending(false)
    }, (failure: unknown) => {
      if (ending.signal.aborted) return
      setError(() => failure)
      setPending(false)
    })
  }))
  return { value, error, isPending, again: () => setRound((count) => count + 1) }
}
