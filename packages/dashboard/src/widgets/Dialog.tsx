/** A dialog over the view: Kobalte keeps the focus in it, ends it with Escape, and gives the focus back. */
import { Dialog as Primitive } from "@kobalte/core/dialog"
import type { JSX } from "solid-js"
import "./Dialog.css"

interface DialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  /** One sentence under the title. */
  readonly description?: string | undefined
  /** Buttons at the end; the one that does it comes last. */
  readonly actions?: JSX.Element
  readonly children?: JSX.Element
}

export const Dialog = (props: DialogProps): JSX.Element => (
  <Primitive
    open={props.open}
    onOpenChange={(open) => open || props.onClose()}
  >
    <Primitive.Portal>
      <Primitive.Overlay class="dialog-overlay" />
      <div class="dialog-place">
        <Primitive.Content class="dialog">
          <Primitive.Title as="h2">{props.title}</Primitive.Title>
          <Primitive.Description class="faint">{props.description}</Primitive.Description>
          <div class="dialog-content">{props.children}</div>
          <div class="row dialog-actions">{props.actions}</div>
        </Primitive.Content>
      </div>
    </Primitive.Portal>
  </Primitive>
)
