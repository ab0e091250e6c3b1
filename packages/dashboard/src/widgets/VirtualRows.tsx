/**
 * Rows of a long list, of which only those in sight are elements; the window scrolls. A row's elements stay its own while it moves, so that
 * the focus and what somebody reads stay with it.
 */
import { createWindowVirtualizer, defaultRangeExtractor } from "@tanstack/solid-virtual"
import { type Accessor, createMemo, createSignal, For, type JSX, onCleanup, onMount, Show } from "solid-js"
import "./VirtualRows.css"

interface VirtualRowsProps {
  readonly count: number
  /** Pixels of a row: all have the same. */
  readonly size: number
  /** Unique in the list. */
  readonly keyOf: (index: number) => string
  readonly row: (index: Accessor<number>, key: string) => JSX.Element
  /** A row that stays an element when it is out of sight: the one that has the focus. */
  readonly pinned?: number | undefined
  /** Brings a row into sight; handed over once. */
  readonly onReady?: (scrollTo: (index: number) => void) => void
}

export const VirtualRows = (props: VirtualRowsProps): JSX.Element => {
  const [top, setTop] = createSignal(0)
  let place: HTMLDivElement | undefined
  const measure = () => place !== undefined && setTop(place.getBoundingClientRect().top + window.scrollY)
  onMount(() => {
    measure()
    // What is above may become higher: filters that wrap, a banner.
    const above = new ResizeObserver(measure)
    above.observe(document.body)
    onCleanup(() => above.disconnect())
  })
  const virtualizer = createWindowVirtualizer({
    get count() {
      return props.count
    },
    get scrollMargin() {
      return top()
    },
    estimateSize: () => props.size,
    getItemKey: (index) => props.keyOf(index),
    rangeExtractor: (range) => {
      const seen = defaultRangeExtractor(range)
      const { pinned } = props
      return pinned === undefined || pinned >= range.count || seen.includes(pinned)
        ? seen
        : [...seen, pinned].toSorted((left, right) => left - right)
    },
    overscan: 10
  })
  props.onReady?.((index) => virtualizer.scrollToIndex(index, { align: "auto" }))
  const items = createMemo(() => new Map(virtualizer.getVirtualItems().map((item) => [String(item.key), item])))
  const keys = createMemo(() => [...items().keys()])
  return (
    <div
      ref={place}
      class="virtual-rows"
      role="presentation"
      style={{ "block-size": `${virtualizer.getTotalSize()}px` }}
    >
      <For each={keys()}>
        {(key) => {
          // What has just gone is drawn once more before it goes.
          const item = createMemo<
            ReturnType<typeof items> extends ReadonlyMap<string, infer Item> ? Item | undefined : never
          >(
            (last) => items().get(key) ?? last
          )
          return (
            <Show when={item()}>
              {(found) => (
                <div
                  class="virtual-row"
                  role="presentation"
                  data-index={found().index}
                  style={{ transform: `translateY(${found().start - top()}px)` }}
                >
                  {props.row(() => found().index, key)}
                </div>
              )}
            </Show>
          )
        }}
      </For>
    </div>
  )
}
