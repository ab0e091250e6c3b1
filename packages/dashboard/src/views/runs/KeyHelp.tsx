/** The keys of this view. */
import { For, type JSX } from "solid-js"
import { Dialog } from "../../widgets/Dialog.tsx"
import "./KeyHelp.css"

const keys = [
  ["/", "Search"],
  ["j or ↓", "Next run"],
  ["k or ↑", "Previous run"],
  ["Page Up, Page Down, Home, End", "Further up or down"],
  ["Enter", "Open the run"],
  ["x", "Select the run, or not"],
  ["r", "Retry what is selected, else this run"],
  ["c", "Cancel what is selected, else this run"],
  ["Escape", "Select nothing"],
  ["?", "These keys"]
] as const

const KeyHelp = (props: { readonly onClose: () => void }): JSX.Element => (
  <Dialog
    onClose={props.onClose}
    title="Keyboard shortcuts"
    actions={<button class="button" type="button" onClick={() => props.onClose()}>Close</button>}
  >
    <dl class="keys">
      <For each={keys}>
        {([key, does]) => (
          <div>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        )}
      </For>
    </dl>
  </Dialog>
)

// `lazy` asks for this.
export default KeyHelp
