/**
 * Rows that grow while one reads them: only those in sight are elements. Whoever is at the end stays there; whoever is not is left alone.
 * The window scrolls.
 */
import { createWindowVirtualizer } from "@tanstack/solid-virtual"
import { createEffect, createMemo, createSignal, For, type JSX, onCleanup, onMount, type Signal } from "solid-js"
import { nextOf, type Readable } from "../../show/transcript/Readable.ts"
import { finderOf } from "../../show/VisibleText.ts"
import { onInputs, onKeys } from "../../widgets/Keys.ts"
import { AskedTexts } from "../../widgets/LongText.tsx"
import { createSearch } from "./Found.ts"
import { ReadingTools } from "./ReadingTools.tsx"
import "./Reading.css"

interface ReadingProps {
  readonly label: string
  readonly source: Readable
  /** Another number whenever there is more. */
  readonly version: number
  /** Whether more is said as one reads: then the end is what one wants to see. */
  readonly isLive: boolean
  /** Line that the address names. */
  readonly marked: number | undefined
  readonly row: (row: number, finder: () => RegExp | undefined) => JSX.Element
  /** Pixels of most rows. */
  readonly size: number
  /** A row is jumped to: what it has is to be seen. */
  readonly onJump?: (row: number) => void
  readonly tools?: JSX.Element
}

const nearEnd = 80

export const Reading = (props: ReadingProps): JSX.Element => {
  const [words, setWords] = createSignal("")
  const [held, setHeld] = createSignal<number>()
  const [jumped, setJumped] = createSignal<number>()
  const [isAtEnd, setAtEnd] = createSignal(false)
  const [follows, setFollows] = createSignal(props.isLive && props.marked === undefined)
  const [top, setTop] = createSignal(0)
  const [toolsSize, setToolsSize] = createSignal(0)
  let list: HTMLDivElement | undefined
  let tools: HTMLDivElement | undefined
  let wasMarked: number | undefined
  /** Whether it is a person who scrolls. */
  let byHand = false

  const there = createMemo(() => (props.version, props.source.count()), 0, { equals: false })
  const count = createMemo(() => held() ?? there())
  const finder = createMemo(() => finderOf(words().trim()))
  const found = createSearch(() => props.source, finder, there)
  const errors = createMemo(() => (there(), props.source.errors), undefined, { equals: false })

  const virtualizer = createWindowVirtualizer({
    get count() {
      return count()
    },
    get scrollMargin() {
      return top()
    },
    get scrollPaddingStart() {
      return toolsSize()
    },
    estimateSize: () => props.size,
    overscan: 10
  })

  const jump = (row: number | undefined) => {
    if (row === undefined) return
    if (row >= count()) setHeld(undefined)
    setFollows(false)
    setJumped(row)
    props.onJump?.(row)
    virtualizer.scrollToIndex(row, { align: "center" })
  }
  const from = () => jumped() ?? (virtualizer.range?.startIndex ?? 0) - 1
  const step = (rows: () => ReadonlyArray<number>, direction: 1 | -1) => () => jump(nextOf(rows(), from(), direction))
  const toEnd = () => {
    setHeld(undefined)
    setJumped(undefined)
    setFollows(true)
    goToEnd()
  }
  const pause = () => setHeld(held() === undefined ? there() : undefined)

  // The line of the address, once it is there.
  createEffect(() => {
    const row = props.marked === undefined ? undefined : (there(), props.source.rowOf(props.marked))
    if (row === undefined || wasMarked === props.marked) return
    wasMarked = props.marked
    queueMicrotask(() => jump(row))
  })

  const goToEnd = () => window.scrollTo({ top: document.documentElement.scrollHeight })
  // Whoever follows is where the end is, and not where a row above was.
  createEffect(() => {
    virtualizer.shouldAdjustScrollPositionOnItemSizeChange = follows() ? () => false : undefined
  })
  let before = 0
  onInputs({
    wheel: () => byHand = true,
    touchmove: () => byHand = true,
    keydown: () => byHand = true,
    pointerdown: () => byHand = true,
    scroll: () => {
      const isBack = window.scrollY < before
      before = window.scrollY
      setAtEnd(before + window.innerHeight >= top() + virtualizer.getTotalSize() - nearEnd)
      // Whoever scrolls back wants to stay there, and whoever comes to the end wants to see what comes.
      if (isAtEnd()) {
        byHand = false
        if (props.isLive) setFollows(true)
      } else if (isBack && byHand) {
        setFollows(false)
      }
    }
  })
  onMount(() => {
    const measure = () => {
      setTop(list === undefined ? 0 : Math.round(list.getBoundingClientRect().top + window.scrollY))
      setToolsSize(tools?.offsetHeight ?? 0)
      // Whatever has grown, it is laid out by now, and not yet drawn.
      if (follows()) goToEnd()
    }
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    if (tools !== undefined) observer.observe(tools)
    measure()
    onCleanup(() => observer.disconnect())
  })
  onKeys({
    e: step(() => errors() ?? [], 1),
    E: step(() => errors() ?? [], -1),
    n: step(found.rows, 1),
    N: step(found.rows, -1),
    f: toEnd,
    p: pause,
    "/": () => tools?.querySelector<HTMLInputElement>("input[type=search]")?.focus()
  })

  return (
    <div class="reading">
      <div class="reading-tools" ref={tools}>
        <ReadingTools
          words={words()}
          onWords={(typed) => {
            setWords(typed)
            setJumped(undefined)
          }}
          found={finder() === undefined ? undefined : found.rows().length}
          place={found.rows().indexOf(jumped() ?? -1)}
          isLooking={found.isLooking()}
          onFound={(direction) => step(found.rows, direction)()}
          errors={errors()?.length}
          onError={(direction) => step(() => errors() ?? [], direction)()}
          isLive={props.isLive}
          isFollowing={follows() && isAtEnd() && held() === undefined}
          isPaused={held() !== undefined}
          hidden={there() - count()}
          onFollow={toEnd}
          onPause={pause}
        >
          {props.tools}
        </ReadingTools>
      </div>
      <AskedTexts.Provider value={new Map<string, Signal<number>>()}>
        <div
          ref={list}
          class="reading-rows"
          role="list"
          aria-label={props.label}
          style={{ "block-size": `${virtualizer.getTotalSize()}px` }}
        >
          <For each={virtualizer.getVirtualItems()}>
            {(item) => (
              <div
                class="reading-row"
                classList={{
                  marked: props.marked === props.source.lineOf(item.index),
                  jumped: jumped() === item.index
                }}
                role="listitem"
                aria-posinset={item.index + 1}
                aria-setsize={count()}
                aria-current={props.marked === props.source.lineOf(item.index) ? "location" : undefined}
                data-index={item.index}
                ref={(element) => queueMicrotask(() => virtualizer.measureElement(element))}
                style={{ transform: `translateY(${item.start - top()}px)` }}
              >
                {props.row(item.index, finder)}
              </div>
            )}
          </For>
        </div>
      </AskedTexts.Provider>
    </div>
  )
}
