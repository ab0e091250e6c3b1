/** Rows of a long list, of which only those in sight are elements. The window scrolls, or the element that is given. */
import { createWindowVirtualizer } from "@tanstack/solid-virtual"
import { createSignal, For, type JSX, onMount } from "solid-js"
import "./VirtualRows.css"

interface VirtualRowsProps {
  readonly count: number
  /** Pixels of a row, or an estimate of it where rows are measured. */
  readonly size: number
  /** Rows differ in size: each is measured. Default: all have `size`. */
  readonly measured?: boolean
  readonly keyOf: (index: number) => string
  readonly row: (index: () => number) => JSX.Element
}

export const VirtualRows = (props: VirtualRowsProps): JSX.Element => {
  const [top, setTop] = createSignal(0)
  let place: HTMLDivElement | undefined
  onMount(() => setTop(place === undefined ? 0 : place.getBoundingClientRect().top + window.scrollY))
  const virtualizer = createWindowVirtualizer({
    get count() {
      return props.count
    },
    get scrollMargin() {
      return top()
    },
    estimateSize: () => props.size,
    getItemKey: (index) => props.keyOf(index),
    overscan: 12
  })
  return (
    <div
      ref={place}
      class="virtual-rows"
      style={{ "block-size": `${virtualizer.getTotalSize()}px` }}
      role="presentation"
    >
      <For each={virtualizer.getVirtualItems()}>
        {(item) => (
          <div
            class="virtual-row"
            role="presentation"
            data-index={item.index}
            ref={(element) => props.measured === true && queueMicrotask(() => virtualizer.measureElement(element))}
            style={{ transform: `translateY(${item.start - top()}px)` }}
          >
            {props.row(() => item.index)}
          </div>
        )}
      </For>
    </div>
  )
}
