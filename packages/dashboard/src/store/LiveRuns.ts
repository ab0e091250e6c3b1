/**
 * Every run that the token may list, as it is now: one stream of changes for the whole page. What comes within a few frames is shown at
 * once. A connection that breaks is made again by the client, which tells no change twice and loses none.
 */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import type { Orchestrator } from "@orchestrator/client/promises/Orchestrator"
import type { Change } from "@orchestrator/client/promises/Runs"
import { type Accessor, createContext, createSignal, onCleanup, untrack, useContext } from "solid-js"
import { connecting, type Connection, live, reconnecting } from "../connect/Connection.ts"
import { onSignedIn } from "../connect/SignedIn.ts"
import { keyOf } from "../show/Places.ts"
import { soon } from "./Soon.ts"

export interface LiveRuns {
  /** Changes its identity when a run changes, and only then. */
  readonly runs: Accessor<ReadonlyMap<string, AnyRun>>
  readonly connection: Accessor<Connection>
  /** Whether everything that there was has come. */
  readonly complete: Accessor<boolean>
  /** After it was refused: with the token of now. What is not there any more goes when everything has come. */
  readonly again: () => void
}

/** The runs after these changes; of several of one run the last counts. */
export const changed = (
  runs: ReadonlyMap<string, AnyRun>,
  changes: ReadonlyArray<Change<AnyRun>>
): ReadonlyMap<string, AnyRun> => {
  const next = new Map(runs)
  for (const { change, run } of changes) {
    if (change === "set") next.set(keyOf(run), run)
    else next.delete(keyOf(run))
  }
  return next
}

/** For as long as its component is there. `filters`: only these runs, in a stream of their own. */
export const followRuns = (
  api: Pick<Orchestrator, "watch">,
  filters: Parameters<Orchestrator["watch"]>[0] = {}
): LiveRuns => {
  const [runs, setRuns] = createSignal<ReadonlyMap<string, AnyRun>>(new Map())
  const [connection, setConnection] = createSignal<Connection>(connecting)
  const [complete, setComplete] = createSignal(false)
  const ending = new AbortController()
  let waiting: Array<Change<AnyRun>> = []
  let unconfirmed = new Set<string>()

  const show = () => {
    const changes = waiting
    waiting = []
    for (const { run } of changes) unconfirmed.delete(keyOf(run))
    setRuns((current) => changed(current, changes))
  }
  const listed = () => {
    show()
    const gone = unconfirmed
    unconfirmed = new Set()
    if (gone.size > 0) setRuns((current) => new Map([...current].filter(([key]) => !gone.has(key))))
    setComplete(true)
  }
  const follow = async () => {
    const changes = api.watch(filters, {
      signal: ending.signal,
      onConnected: () => setConnection(live),
      onListed: () => soon(listed),
      onReconnecting: () => setConnection(reconnecting)
    })
    for await (const change of changes) {
      if (waiting.length === 0) soon(show)
      waiting.push(change)
    }
  }
  const begin = () => {
    unconfirmed = new Set(untrack(runs).keys())
    setConnection(connecting)
    follow().catch((error: unknown) => {
      if (!ending.signal.aborted) setConnection({ state: "refused", error })
    })
  }
  begin()
  const again = () => {
    if (untrack(connection).state === "refused") begin()
  }
  onSignedIn(again)
  onCleanup(() => ending.abort())
  return { runs, connection, complete, again }
}

const LiveRunsContext = createContext<LiveRuns>()

export const LiveRunsProvider = LiveRunsContext.Provider

export const useLiveRuns = (): LiveRuns => {
  const found = useContext(LiveRunsContext)
  if (found === undefined) throw new Error("Expected a LiveRunsProvider around this component")
  return found
}
