/** A link to another run; names may be as long as they like. */
import { A } from "@solidjs/router"
import type { JSX } from "solid-js"

export const RunLink = (props: { readonly to: string; readonly children: JSX.Element }): JSX.Element => (
  <A href={props.to}>
    <bdi class="mono">{props.children}</bdi>
  </A>
)
