/** A dialog over the view: Kobalte keeps the focus in it, ends it with Escape, and gives the focus back. */
import { Dialog as Primitive } from "@kobalte/core/dialog"
import { type JSX, onCleanup } from "solid-js"
import "./Dialog.css"

interface DialogProps {
  readonly onClose: () => void
  readonly title: string
  /** One sentence under the title. */
  readonly description?: string | undefined
  /** Buttons at the end; the one that does it comes last. */
  readonly actions?: JSX.Element
  readonly children?: JSX.Element
}

/** Most dialogs here are opened by a key or a menu, which are no trigger that Kobalte could give the focus back to. */
const focused = (): HTMLElement | undefined =>
  document.activeElement instanceof HTMLElement ? document.activeElement : undefined

/** Open for as long as it is there. */
export const Dialog = (props: DialogProps): JSX.Element => {
  const before = focused()
  const giveBack = (event: Event) => {
    event.preventDefault()
    if (before?.isConnected === true) before.focus()
  }
  // A dialog that is taken away while it is open has no close of its own.
  onCleanup(() => queueMicrotask(() => document.activeElement === document.body && before?.focus()))
  return (
    <Primitive open onOpenChange={(open) => open || props.onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay class="dialog-overlay" />
        <div class="dialog-place">
          <Primitive.Content class="dialog" onCloseAutoFocus={giveBack}>
            <Primitive.Title as="h2">{props.title}</Primitive.Title>
            <Primitive.Description class="faint">{props.description}</Primitive.Description>
            <div class="dialog-content">{props.children}</div>
            <div class="row dialog-actions">{props.actions}</div>
          </Primitive.Content>
        </div>
      </Primitive.Portal>
    </Primitive>
  )
}
