/**
 * A watch as the simulation sees it: events wait until they are delivered one by one, when it is decided that they are. Between two events
 * a feed can be held back, cut off, or go silent.
 */
import type { WatchEvent, WatchOptions } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import type { ServedKind } from "../kinds/ServedKinds.ts"
import type { Selection } from "../read/Selection.ts"

/** What a reader gets: events, or the end of the stream. */
export type Delivered =
  | { readonly _tag: "Events"; readonly events: ReadonlyArray<WatchEvent<KubernetesObject>> }
  | { readonly _tag: "Closed" }
  | { readonly _tag: "Failed"; readonly reason: KubernetesErrorReason }

export interface Pending {
  readonly order: number
  readonly event: WatchEvent<KubernetesObject>
}

export interface Feed {
  readonly served: ServedKind
  readonly selection: Selection
  readonly options: WatchOptions
  readonly queue: Array<Pending>
  /** What comes when the queue is empty. */
  end: { readonly order: number; readonly how: Exclude<Delivered, { readonly _tag: "Events" }> } | undefined
  isOpen: boolean
  /** Nothing comes any more, and nobody says so. */
  isSilent: boolean
  /** Not before this time. */
  heldUntil: number
  /** Not before so many deliveries of other feeds, as long as there are any. */
  heldFor: number
  /** From this place in the queue on, nothing before that time: the API server is behind. */
  late: { from: number; readonly until: number } | undefined
  /** Cut off: so many more events are lost before it ends. */
  lost: number | undefined
  /** Events that come again after so many others. */
  readonly echoes: Array<{ left: number; readonly pending: Pending }>
  /** The event of which it was decided already what goes wrong with it. */
  decided: Pending | undefined
  /** The reader that waits. */
  take: ((delivered: Delivered) => void) | undefined
}

export const makeFeed = (served: ServedKind, selection: Selection, options: WatchOptions): Feed => ({
  served,
  selection,
  options,
  queue: [],
  end: undefined,
  isOpen: true,
  isSilent: false,
  heldUntil: 0,
  heldFor: 0,
  late: undefined,
  lost: undefined,
  echoes: [],
  decided: undefined,
  take: undefined
})

/** Order of what comes next; undefined when there is nothing yet, or nobody who takes it. */
export const nextOrder = (feed: Feed, now: number): number | undefined => {
  const { end, heldUntil, isOpen, isSilent, late, queue, take } = feed
  if (!isOpen || isSilent || take === undefined || heldUntil > now) return undefined
  if (late !== undefined && late.from <= 0 && late.until > now) return undefined
  return queue[0]?.order ?? end?.order
}

const give = (feed: Feed, delivered: Delivered): void => {
  const { take } = feed
  feed.take = undefined
  if (delivered._tag !== "Events") feed.isOpen = false
  take?.(delivered)
}

/** The next event, or the end. */
export const deliver = (feed: Feed): void => {
  const next = feed.queue.shift()
  if (feed.late !== undefined) feed.late.from--
  if (next === undefined) {
    if (feed.end !== undefined) give(feed, feed.end.how)
    return
  }
  for (const echo of feed.echoes) echo.left--
  const due = feed.echoes.findIndex(({ left }) => left <= 0)
  if (due >= 0) {
    const [echo] = feed.echoes.splice(due, 1)
    if (echo !== undefined) repeat(feed, echo.pending)
  }
  give(feed, { _tag: "Events", events: [next.event] })
}

/** The event comes once more, before the others. */
export const repeat = (feed: Feed, pending: Pending): void => {
  const again = { ...pending }
  feed.queue.unshift(again)
  feed.decided = again
}

/** What was to come does not come any more, but the end. */
export const cutOff = (feed: Feed, order: number, how: Exclude<Delivered, { readonly _tag: "Events" }>): void => {
  feed.queue.splice(0)
  feed.lost = undefined
  feed.late = undefined
  feed.end = { order, how }
}

/** Whether a delivery is one to decide on: bookmarks within a watch say nothing new. */
export const isDecisive = ({ event: { object, type } }: Pending): boolean =>
  type !== "BOOKMARK" || object.metadata.annotations !== undefined

/** Whether its reader has all that there is, and nothing keeps back what will come. */
export const isIdle = ({ echoes, end, isOpen, isSilent, lost, queue, take }: Feed): boolean =>
  !isOpen ||
  (take !== undefined && !isSilent && queue.length === 0 && echoes.length === 0 && end === undefined &&
    lost === undefined)
