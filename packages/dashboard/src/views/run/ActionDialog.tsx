/** A dialog that does one thing: it says what will happen, does it once, and shows what went wrong. */
import { createSignal, type JSX, Show } from "solid-js"
import { Dialog } from "../../widgets/Dialog.tsx"
import { Failed } from "../../widgets/Failed.tsx"

interface ActionProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  readonly description: string
  readonly verb: string
  /** Whether something is lost by it. */
  readonly isDanger?: boolean
  readonly onDo: () => Promise<void>
  readonly children?: JSX.Element
}

const ActionContent = (props: ActionProps): JSX.Element => {
  const [isBusy, setBusy] = createSignal(false)
  const [error, setError] = createSignal<unknown>()
  const act = () => {
    if (isBusy()) return
    setBusy(true)
    setError(undefined)
    props.onDo().then(() => setBusy(false), (failure: unknown) => {
      setError(() => failure)
      setBusy(false)
    })
  }
  return (
    <Dialog
      onClose={props.onClose}
      title={props.title}
      description={props.description}
      actions={
        <>
          <button class="button" type="button" onClick={props.onClose}>Close</button>
          <button
            class={`button ${props.isDanger === true ? "danger" : "primary"}`}
            type="button"
            aria-disabled={isBusy()}
            onClick={act}
          >
            {isBusy() ? "Working…" : props.verb}
          </button>
        </>
      }
    >
      <div class="stack">
        {props.children}
        <Show when={error()}>{(failure) => <Failed error={failure()} />}</Show>
      </div>
    </Dialog>
  )
}

/** Made anew whenever it opens: what was written or went wrong before is gone. */
export const ActionDialog = (props: ActionProps): JSX.Element => (
  <Show when={props.open}>
    <ActionContent {...props} />
  </Show>
)

/** What every action on a run is told. */
export interface RunActionProps<Run> {
  readonly run: Run
  readonly open: boolean
  readonly onClose: () => void
  readonly onDo: () => Promise<void>
}
