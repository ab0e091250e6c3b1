/** The runs as a grid: every line has the same height and only those in sight are elements. Keys move between lines, one of which has the focus. */
import { useNavigate } from "@solidjs/router"
import { createEffect, createMemo, createSignal, type JSX, onCleanup, Show } from "solid-js"
import type { BulkVerb } from "../../connect/kinds/ChangeMany.ts"
import { runPlace } from "../../show/Places.ts"
import { onKeys } from "../../widgets/Keys.ts"
import { VirtualRows } from "../../widgets/VirtualRows.tsx"
import type { Line } from "./HeldOrder.ts"
import { useRowSize } from "./RowSize.ts"
import { columns, RunLine } from "./RunLine.tsx"
import { SelectionBar } from "./SelectionBar.tsx"
import "./RunTable.css"

interface RunTableProps {
  readonly rows: ReadonlyArray<Line>
  readonly complete: boolean
  /** New runs that are not shown yet. */
  readonly waiting: number
  readonly onRefresh: () => void
  readonly selected: ReadonlySet<string>
  readonly onSelect: (keys: ReadonlySet<string>) => void
  /** Whether somebody is at the lines: they stay where they are. */
  readonly onBusy: (busy: boolean) => void
  readonly onBulk: (verb: BulkVerb) => void
}

const toggled = (keys: ReadonlySet<string>, key: string): ReadonlySet<string> => {
  const next = new Set(keys)
  if (!next.delete(key)) next.add(key)
  return next
}

export const RunTable = (props: RunTableProps): JSX.Element => {
  const navigate = useNavigate()
  const size = useRowSize()
  const [active, setActive] = createSignal<string>()
  const [inside, setInside] = createSignal({ pointer: false, focus: false })
  createEffect(() => props.onBusy(inside().pointer || inside().focus))
  onCleanup(() => props.onBusy(false))
  const indexes = createMemo(() => new Map(props.rows.map(({ key }, index) => [key, index])))
  const rowOf = (key: string): Line | undefined => props.rows[indexes().get(key) ?? -1]
  const activeIndex = () => indexes().get(active() ?? "")
  const [grid, setGrid] = createSignal<HTMLDivElement>()
  let scrollTo: (index: number) => void = () => {}

  /** A line that was out of sight becomes an element some frames later. */
  const focus = (key: string, frames = 10) => {
    const found = grid()?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"] .run-name`)
    if (found !== null && found !== undefined) return found.focus()
    if (frames > 0 && active() === key) requestAnimationFrame(() => focus(key, frames - 1))
  }
  const move = (to: (from: number) => number) => () => {
    const { rows } = props
    if (rows.length === 0) return
    const from = activeIndex()
    const index = Math.min(rows.length - 1, Math.max(0, from === undefined ? 0 : to(from)))
    const key = rows[index]?.key ?? ""
    setActive(key)
    scrollTo(index)
    focus(key)
  }
  const select = (key: string) => props.onSelect(toggled(props.selected, key))
  const whole = () => Math.max(1, Math.floor(window.innerHeight / size()) - 3)
  const onRow = (act: (row: Line) => void) => () => {
    const row = rowOf(active() ?? "")
    if (row !== undefined) act(row)
  }
  /** What is selected, else the line that has the focus. */
  const ask = (verb: BulkVerb) => () => {
    if (props.selected.size > 0) return props.onBulk(verb)
    onRow(({ key }) => {
      props.onSelect(new Set([key]))
      props.onBulk(verb)
    })()
  }
  onKeys({
    j: move((index) => index + 1),
    k: move((index) => index - 1),
    x: onRow(({ key }) => select(key)),
    r: ask("retry"),
    c: ask("cancel")
  })
  const arrows: Readonly<Record<string, () => void>> = {
    ArrowDown: move((index) => index + 1),
    ArrowUp: move((index) => index - 1),
    PageDown: move((index) => index + whole()),
    PageUp: move((index) => index - whole()),
    Home: move(() => 0),
    End: move(() => Infinity),
    Enter: onRow((row) => navigate(runPlace(row)))
  }
  const onKey = (event: KeyboardEvent) => {
    const act = arrows[event.key]
    if (
      act === undefined || !(event.target instanceof HTMLElement) || !event.target.matches(".run-name, .run-select")
    ) return
    event.preventDefault()
    act()
  }
  const all = () => props.rows.length > 0 && props.selected.size >= props.rows.length
  return (
    <div
      onPointerEnter={() => setInside((now) => ({ ...now, pointer: true }))}
      onPointerLeave={() => setInside((now) => ({ ...now, pointer: false }))}
      onFocusIn={() => setInside((now) => ({ ...now, focus: true }))}
      onFocusOut={() => setInside((now) => ({ ...now, focus: false }))}
    >
      <SelectionBar
        count={props.selected.size}
        waiting={props.waiting}
        onRefresh={props.onRefresh}
        onBulk={props.onBulk}
        onClear={() => props.onSelect(new Set())}
      />
      <div
        ref={setGrid}
        class="run-table"
        role="grid"
        aria-label="Runs"
        aria-rowcount={props.rows.length + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable="true"
        aria-busy={!props.complete}
        onKeyDown={onKey}
      >
        <div class="run-line run-head" role="row" aria-rowindex={1}>
          <div role="columnheader" class="run-check">
            <input
              type="checkbox"
              aria-label="Select all that are shown"
              checked={all()}
              onChange={() => props.onSelect(new Set(all() ? [] : props.rows.map(({ key }) => key)))}
            />
          </div>
          {columns.map((column) => <div role="columnheader" class={column.style}>{column.name}</div>)}
        </div>
        <VirtualRows
          count={props.rows.length}
          size={size()}
          keyOf={(index) => props.rows[index]?.key ?? ""}
          pinned={activeIndex()}
          onReady={(ready) => {
            scrollTo = ready
          }}
          row={(index, key) => (
            <Show when={rowOf(key)}>
              {(row) => (
                <RunLine
                  row={row()}
                  index={index()}
                  active={active() === key || (active() === undefined && index() === 0)}
                  selected={props.selected.has(key)}
                  onFocus={() => setActive(key)}
                  onSelect={() => select(key)}
                />
              )}
            </Show>
          )}
        />
      </div>
      <Show when={props.complete && props.rows.length === 0}>
        <p class="faint run-none" role="status">No run matches these filters.</p>
      </Show>
    </div>
  )
}
