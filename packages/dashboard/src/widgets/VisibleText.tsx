/** Text that others wrote: what cannot be seen stands there as a mark, what was looked for is marked, and nothing of it is markup. */
import { createMemo, For, type JSX } from "solid-js"
import { type Piece, visiblePieces } from "../show/VisibleText.ts"
import "./VisibleText.css"

const shown = (piece: Piece): JSX.Element => {
  switch (piece.kind) {
    case "plain":
      return piece.text
    case "mark":
      return <span class="unseen" title={piece.title}>{piece.text}</span>
    case "match":
      return <mark>{piece.text}</mark>
  }
}

export const VisibleText = (props: { readonly text: string; readonly finder?: RegExp | undefined }): JSX.Element => {
  const pieces = createMemo(() => visiblePieces(props.text, props.finder))
  return <For each={pieces()}>{shown}</For>
}
