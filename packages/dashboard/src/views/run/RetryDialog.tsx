/** Another try, with what the agent should know this time. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { isTerminal } from "@orchestrator/domain/Phase"
import { attemptOf } from "@orchestrator/domain/RunView"
import { createSignal, createUniqueId, type JSX, Show } from "solid-js"
import { ActionDialog } from "./ActionDialog.tsx"

interface RetryProps {
  readonly run: AnyRun
  readonly open: boolean
  readonly onClose: () => void
  readonly onDo: (how: { readonly force?: boolean; readonly promptModification?: string }) => Promise<void>
}

export const RetryDialog = (props: RetryProps): JSX.Element => {
  const [hint, setHint] = createSignal("")
  const id = createUniqueId()
  const kind = () => runKinds[props.run.kind]
  const isRunning = () => !isTerminal(props.run.phase)
  const next = () => attemptOf({ status: { ...props.run.status } }) + 1
  const retry = async () => {
    const words = hint().trim()
    await props.onDo({
      ...(isRunning() ? { force: true } : {}),
      ...(kind().hasVersions && words !== "" ? { promptModification: words } : {})
    })
    setHint("")
  }
  return (
    <ActionDialog
      open={props.open}
      onClose={props.onClose}
      title="Try again"
      description={kind().hasVersions
        ? `Attempt ${next()} of this run starts when its turn has come. It goes on with the session in the same workspace.`
        : "A run of this kind is one attempt: a new run with the same spec starts, and you are taken to it."}
      verb={isRunning() ? "Cancel and try again" : "Try again"}
      isDanger={isRunning()}
      onDo={retry}
    >
      <Show when={isRunning()}>
        <p>
          <strong>This run has not ended.</strong> What it does now is stopped first, and its work is saved.
        </p>
      </Show>
      <Show when={kind().hasVersions}>
        <div class="field">
          <label for={id}>Hint for the agent</label>
          <textarea
            id={id}
            class="input"
            rows="5"
            maxlength="100000"
            dir="auto"
            placeholder="The migration must be reversible"
            aria-describedby={`${id}-help`}
            value={hint()}
            onInput={(event) => setHint(event.currentTarget.value)}
          />
          <p id={`${id}-help`} class="faint">May stay empty: then it tries again with what it knows.</p>
        </div>
      </Show>
    </ActionDialog>
  )
}
