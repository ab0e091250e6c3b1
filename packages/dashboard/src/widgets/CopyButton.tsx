/** Puts a text on the clipboard, and says that it did. */
import { Effect } from "effect"
import { createSignal, type JSX } from "solid-js"

interface CopyProps {
  readonly text: string
  /** What the button says. Default: Copy. */
  readonly children?: JSX.Element
}

export const CopyButton = (props: CopyProps): JSX.Element => {
  const [said, setSaid] = createSignal("")
  const copy = async () => {
    // Without HTTPS browsers have no clipboard for pages.
    const done = await navigator.clipboard?.writeText(props.text).then(() => true, () => false) ?? false
    setSaid(done ? "Copied" : "Not copied: the browser forbids it")
    Effect.runFork(Effect.delay(Effect.sync(() => setSaid("")), "2 seconds"))
  }
  return (
    <span class="row">
      <button class="button" type="button" onClick={() => void copy()}>{props.children ?? "Copy"}</button>
      <span role="status" class="faint">{said()}</span>
    </span>
  )
}
