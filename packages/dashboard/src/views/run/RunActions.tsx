/** What one does with a run; each says what will happen before it does it. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { isTerminal } from "@orchestrator/domain/Phase"
import { A, useNavigate } from "@solidjs/router"
import { createSignal, type JSX, Show } from "solid-js"
import { useApi } from "../../connect/Api.ts"
import { runsOf } from "../../connect/kinds/RunsOf.ts"
import { againPlace, places, runPlace } from "../../show/Places.ts"
import { CancelDialog } from "./CancelDialog.tsx"
import { DeleteDialog } from "./DeleteDialog.tsx"
import { KubectlDialog } from "./KubectlDialog.tsx"
import { RetryDialog } from "./RetryDialog.tsx"
import { ResumeDialog, SuspendDialog } from "./SuspendDialog.tsx"

type Open = "retry" | "cancel" | "suspend" | "resume" | "delete" | "kubectl"

interface ActionsProps {
  readonly run: AnyRun
  /** The run is to be read again. */
  readonly onChanged: () => void
}

export const RunActions = (props: ActionsProps): JSX.Element => {
  const api = useApi()
  const navigate = useNavigate()
  const [open, setOpen] = createSignal<Open>()
  const close = () => setOpen()
  const runs = () => runsOf(api, props.run.kind)
  const retry = async (how: { readonly force?: boolean; readonly promptModification?: string }) => {
    const next = await runs().retry(props.run.name, how)
    close()
    if (next.name === props.run.name) props.onChanged()
    else navigate(runPlace(next))
  }
  const change = (how: "cancel" | "suspend" | "resume") => async () => {
    await runs()[how](props.run.name)
    close()
    props.onChanged()
  }
  const remove = async () => {
    await runs().delete(props.run.name)
    close()
    navigate(places.runs)
  }
  return (
    <>
      <button class="button" type="button" onClick={() => setOpen("retry")}>Retry…</button>
      <Show when={!isTerminal(props.run.phase)}>
        <button class="button" type="button" disabled={props.run.cancelling === true} onClick={() => setOpen("cancel")}>
          {props.run.cancelling === true ? "Cancelling" : "Cancel…"}
        </button>
        <Show
          when={props.run.spec?.suspend === true}
          fallback={<button class="button" type="button" onClick={() => setOpen("suspend")}>Suspend…</button>}
        >
          <button class="button" type="button" onClick={() => setOpen("resume")}>Resume…</button>
        </Show>
      </Show>
      <A class="button" href={againPlace(props.run)}>New task like this</A>
      <button class="button" type="button" onClick={() => setOpen("kubectl")}>kubectl…</button>
      <button class="button danger" type="button" onClick={() => setOpen("delete")}>Delete…</button>
      <RetryDialog run={props.run} open={open() === "retry"} onClose={close} onDo={retry} />
      <CancelDialog run={props.run} open={open() === "cancel"} onClose={close} onDo={change("cancel")} />
      <SuspendDialog run={props.run} open={open() === "suspend"} onClose={close} onDo={change("suspend")} />
      <ResumeDialog run={props.run} open={open() === "resume"} onClose={close} onDo={change("resume")} />
      <DeleteDialog run={props.run} open={open() === "delete"} onClose={close} onDo={remove} />
      <Show when={open() === "kubectl"}>
        <KubectlDialog run={props.run} onClose={close} />
      </Show>
    </>
  )
}
