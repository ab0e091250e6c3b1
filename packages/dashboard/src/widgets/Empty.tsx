/** Where there is nothing yet: what would be here, and the first step towards it. */
import type { JSX } from "solid-js"
import "./Empty.css"

export const Empty = (props: { readonly title: string; readonly children?: JSX.Element }): JSX.Element => (
  <div class="empty card">
    <h2>{props.title}</h2>
    {props.children}
  </div>
)
