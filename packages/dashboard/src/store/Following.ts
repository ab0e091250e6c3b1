/**
 * What an attempt says or prints, part by part as it comes, and how the connection is. What comes within a moment is shown at once; a
 * connection that breaks is made again by the client, which loses nothing and tells nothing twice.
 */
import type { FollowAttemptOptions } from "@orchestrator/client/promises/Runs"
import { type Accessor, createSignal, onCleanup } from "solid-js"
import { soon } from "./Soon.ts"

export type FollowState =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  | { readonly state: "reconnecting"; readonly message: string }
  /** The attempt is over, and all of it is here. */
  | { readonly state: "ended" }
  | { readonly state: "failed"; readonly error: unknown }

export interface Following {
  readonly state: Accessor<FollowState>
  /** Another number whenever there is more. */
  readonly version: Accessor<number>
}

const wordsOf = (error: unknown): string => error instanceof Error ? error.message : String(error)

/** For as long as its component is there. */
export const following = <Item>(
  start: (options: FollowAttemptOptions) => AsyncIterable<ReadonlyArray<Item>>,
  take: (item: Item) => void
): Following => {
  const [state, setState] = createSignal<FollowState>({ state: "connecting" })
  const [version, setVersion] = createSignal(0)
  const ending = new AbortController()
  let waiting = false

  const show = () => {
    waiting = false
    setVersion((before) => before + 1)
  }
  const follow = async () => {
    const parts = start({
      signal: ending.signal,
      onConnected: () => setState({ state: "live" }),
      onReconnecting: ({ error }) => setState({ state: "reconnecting", message: wordsOf(error) })
    })
    for await (const part of parts) {
      part.forEach(take)
      if (!waiting) soon(show)
      waiting = true
    }
    show()
    setState({ state: "ended" })
  }
  onCleanup(() => ending.abort())
  follow().catch((error: unknown) => {
    if (ending.signal.aborted) return
    show()
    setState({ state: "failed", error })
  })
  return { state, version }
}
