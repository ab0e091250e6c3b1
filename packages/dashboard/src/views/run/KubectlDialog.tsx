/** The same with kubectl. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { For, type JSX } from "solid-js"
import { kubectlLines } from "../../show/run/KubectlLines.ts"
import { CopyButton } from "../../widgets/CopyButton.tsx"
import { Dialog } from "../../widgets/Dialog.tsx"

interface KubectlProps {
  readonly run: AnyRun
  readonly onClose: () => void
}

export const KubectlDialog = (props: KubectlProps): JSX.Element => (
  <Dialog
    onClose={props.onClose}
    title="With kubectl"
    actions={<button class="button" type="button" onClick={() => props.onClose()}>Close</button>}
  >
    <ul class="kubectl">
      <For each={kubectlLines(props.run)}>
        {({ command, what }) => (
          <li>
            <p>{what}</p>
            <code dir="ltr">{command}</code>
            <CopyButton text={command} />
          </li>
        )}
      </For>
    </ul>
  </Dialog>
)
