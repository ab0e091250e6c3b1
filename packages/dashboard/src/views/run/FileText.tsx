/** A file as text, folded until it is looked at. */
import { createMemo, createSignal, type JSX, Show } from "solid-js"
import { CopyButton } from "../../widgets/CopyButton.tsx"
import { VisibleText } from "../../widgets/VisibleText.tsx"
import "./FileText.css"

const size = (text: string): string => {
  const bytes = new TextEncoder().encode(text).length
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} KiB`
}

export const FileText = (props: { readonly name: string; readonly text: string }): JSX.Element => {
  const [isOpen, setOpen] = createSignal(false)
  // Read anew and the same: what somebody has marked in it stays marked.
  const text = createMemo(() => props.text)
  return (
    <details class="file-text" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <bdi class="mono">
          <VisibleText text={props.name} />
        </bdi>{" "}
        <span class="faint number">{size(text())}</span>
      </summary>
      <Show when={isOpen()}>
        <CopyButton text={text()}>Copy file</CopyButton>
        <pre class="text-block" tabindex={0} dir="ltr"><VisibleText text={text()} /></pre>
      </Show>
    </details>
  )
}
