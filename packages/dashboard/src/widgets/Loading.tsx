/** Something is on its way; shown only when it takes long enough to be noticed. */
import type { JSX } from "solid-js"
import "./Loading.css"

export const Loading = (props: { readonly what?: string | undefined }): JSX.Element => (
  <p class="loading" role="status">{`Loading${props.what === undefined ? "" : ` ${props.what}`}…`}</p>
)
