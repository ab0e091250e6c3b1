/** The frame of a view: its heading, its name in the tab, what one can do with all of it, and its content. */
import { createEffect, type JSX, onCleanup } from "solid-js"
import "./View.css"

interface ViewProps {
  /** Heading, and the tab's name. */
  readonly title: string
  /** Beside the heading: buttons. */
  readonly actions?: JSX.Element
  readonly children?: JSX.Element
}

export const View = (props: ViewProps): JSX.Element => {
  createEffect(() => {
    document.title = `${props.title} · Orchestrator`
  })
  onCleanup(() => {
    document.title = "Orchestrator"
  })
  return (
    <div class="view">
      <div class="view-head">
        <h1>{props.title}</h1>
        <div class="row">{props.actions}</div>
      </div>
      {props.children}
    </div>
  )
}
