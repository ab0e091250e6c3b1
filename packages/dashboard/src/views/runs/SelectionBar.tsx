/** Above the lines, in a place of its own so that nothing moves: what is selected and what can be done with it, and what is new. */
import { type JSX, Show } from "solid-js"
import type { BulkVerb } from "../../connect/kinds/ChangeMany.ts"
import { figure } from "../../show/Figures.ts"

interface SelectionBarProps {
  readonly count: number
  readonly waiting: number
  readonly onRefresh: () => void
  readonly onBulk: (verb: BulkVerb) => void
  readonly onClear: () => void
}

export const SelectionBar = (props: SelectionBarProps): JSX.Element => (
  <div class="selection">
    <Show when={props.count > 0} fallback={<span class="faint">Select runs to cancel or retry them together.</span>}>
      <strong class="number">{figure(props.count)} selected</strong>
      <button class="button" type="button" onClick={() => props.onBulk("retry")} aria-keyshortcuts="r">Retry…</button>
      <button class="button danger" type="button" onClick={() => props.onBulk("cancel")}>Cancel…</button>
      <button class="button plain" type="button" onClick={() => props.onClear()} aria-keyshortcuts="Escape">
        Clear selection
      </button>
    </Show>
    <Show when={props.waiting > 0}>
      <button class="button" type="button" onClick={() => props.onRefresh()}>
        {figure(props.waiting)} new: show
      </button>
    </Show>
  </div>
)
