/** Lines of a diff, each with its mark and its numbers: added and removed differ by sign and by colour. Many are shown in parts. */
import { createSignal, For, type JSX, Show } from "solid-js"
import type { PatchLine } from "../show/transcript/PatchLines.ts"
import { beginningOf } from "../show/VisibleText.ts"
import "./DiffLines.css"
import { VisibleText } from "./VisibleText.tsx"

const marks: Readonly<Record<PatchLine["kind"], string>> = {
  added: "+",
  removed: "\u2212",
  context: " ",
  hunk: " ",
  note: " "
}
const heard: Readonly<Record<PatchLine["kind"], string>> = {
  added: "added: ",
  removed: "removed: ",
  context: "",
  hunk: "",
  note: ""
}

/** UTF-16 units of a line that are shown at first, and with each request for more. */
const longestLine = 2_000
const more = 40_000

const Line = (props: { readonly line: PatchLine }): JSX.Element => {
  const [asked, setAsked] = createSignal(0)
  const part = () => beginningOf(props.line.text, longestLine + asked() * more)
  return (
    <div class={`diff-line ${props.line.kind}`}>
      <span class="diff-number" aria-hidden="true">{props.line.before}</span>
      <span class="diff-number" aria-hidden="true">{props.line.after}</span>
      <span class="diff-mark" aria-hidden="true">{marks[props.line.kind]}</span>
      <span class="diff-text">
        <Show when={heard[props.line.kind]}>{(word) => <span class="only-heard">{word()}</span>}</Show>
        <VisibleText text={part().text} />
        <Show when={part().left > 0}>
          <button class="button small" type="button" onClick={() => setAsked(asked() + 1)}>
            {part().left} more characters
          </button>
        </Show>
      </span>
    </div>
  )
}

interface DiffLinesProps {
  readonly lines: ReadonlyArray<PatchLine>
  /** Lines shown at first, and with each request for more. Default 400. */
  readonly most?: number
}

export const DiffLines = (props: DiffLinesProps): JSX.Element => {
  const most = () => props.most ?? 400
  const [parts, setParts] = createSignal(1)
  const left = () => Math.max(0, props.lines.length - parts() * most())
  return (
    <div
      class="diff-lines"
      classList={{ numbered: props.lines.some(({ after, before }) => (after ?? before) !== undefined) }}
    >
      <For each={props.lines.slice(0, parts() * most())}>{(line) => <Line line={line} />}</For>
      <Show when={left() > 0}>
        <button class="button small" type="button" onClick={() => setParts(parts() + 1)}>
          Show {Math.min(most(), left())} of {left()} more lines
        </button>
      </Show>
    </div>
  )
}
