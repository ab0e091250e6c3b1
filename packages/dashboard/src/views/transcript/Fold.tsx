/** What is folded until somebody opens it; its head says enough to know whether to. */
import { type JSX, Show } from "solid-js"
import { figure } from "../../show/Figures.ts"

interface FoldProps {
  readonly head: JSX.Element
  readonly isOpen: boolean
  readonly onFold: () => void
  readonly children: JSX.Element
}

export const Fold = (props: FoldProps): JSX.Element => (
  <>
    <button class="fold" type="button" aria-expanded={props.isOpen} onClick={props.onFold}>
      <span class="fold-sign" aria-hidden="true" />
      {props.head}
    </button>
    <Show when={props.isOpen}>
      <div class="folded">{props.children}</div>
    </Show>
  </>
)

/** Of a text that was cut before it was kept. */
export const Omitted = (props: { readonly count: number | undefined }): JSX.Element => (
  <Show when={props.count}>
    {(omitted) => <p class="faint">{figure(omitted())} more characters were not kept</p>}
  </Show>
)
