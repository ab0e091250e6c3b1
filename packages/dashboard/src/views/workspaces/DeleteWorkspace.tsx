/** Before a workspace goes: what goes with it, read anew, since a run may have been given it meanwhile. */
import type { Workspace } from "@orchestrator/client/promises/Orchestrator"
import { createSignal, type JSX, Show } from "solid-js"
import { useApi } from "../../connect/Api.ts"
import { isIdle } from "../../show/Workspaces.ts"
import { createFresh } from "../../store/Fresh.ts"
import { useLiveRuns } from "../../store/LiveRuns.ts"
import { Answer } from "../../widgets/Answer.tsx"
import { Banner } from "../../widgets/Banner.tsx"
import { Dialog } from "../../widgets/Dialog.tsx"
import { Failed } from "../../widgets/Failed.tsx"
import { Time } from "../../widgets/Time.tsx"

interface DeleteProps {
  readonly workspace: Workspace
  readonly onClose: (deleted: boolean) => void
}

export const DeleteWorkspace = (props: DeleteProps): JSX.Element => {
  const api = useApi()
  const now = createFresh((signal) => api.workspaces.get(props.workspace.name, { signal }), useLiveRuns().runs)
  const [error, setError] = createSignal<unknown>()
  const [busy, setBusy] = createSignal(false)
  const mayGo = () => {
    const found = now.value()
    return found !== undefined && found.uid === props.workspace.uid && isIdle(found)
  }
  const remove = () => {
    setBusy(true)
    api.workspaces.delete(props.workspace.name).then(() => props.onClose(true), (why: unknown) => {
      setError(() => why)
      setBusy(false)
    })
  }
  return (
    <Dialog
      onClose={() => props.onClose(false)}
      title={`Delete ${props.workspace.name}?`}
      description="What is only there is lost: work that no run has pushed, caches, and sessions that runs would go on with."
      actions={
        <>
          <button class="button" type="button" onClick={() => props.onClose(false)}>Keep it</button>
          <button class="button danger" type="button" disabled={!mayGo() || busy()} onClick={remove}>Delete</button>
        </>
      }
    >
      <div class="stack">
        <Show when={error()}>{(why) => <Failed error={why()} />}</Show>
        <Answer of={now}>
          {(found) => (
            <>
              <Show when={!mayGo()}>
                <Banner tone="warn" role="status">
                  A run has it by now, or waits for it. It can be deleted when these have ended.
                </Banner>
              </Show>
              <p>
                {`${found().size ?? "An unknown size"} of ${found().service ?? "an unnamed service"}, last used `}
                <Time at={found().lastUsedAt} suffix="ago" />. The next run of the service makes a new one, and clones
                anew.
              </p>
            </>
          )}
        </Answer>
      </div>
    </Dialog>
  )
}
