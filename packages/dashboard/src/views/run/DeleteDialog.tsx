/** Removing a run for good. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { isTerminal } from "@orchestrator/domain/Phase"
import { type JSX, Show } from "solid-js"
import { ActionDialog, type RunActionProps } from "./ActionDialog.tsx"
import { Dependents } from "./Dependents.tsx"

export const DeleteDialog = (props: RunActionProps<AnyRun>): JSX.Element => (
  <ActionDialog
    open={props.open}
    onClose={props.onClose}
    title="Delete this run"
    description="The run goes, with its Job, its pod and its files. This cannot be undone."
    verb="Delete the run"
    isDanger
    onDo={props.onDo}
  >
    <Show when={!isTerminal(props.run.phase)}>
      <p>
        <strong>It has not ended:</strong> an agent that runs is stopped, and what it has not pushed may be lost.
      </p>
    </Show>
    <p>
      What is on its branch stays there.
      {runKinds[props.run.kind].leasesWorkspace ? " The workspace stays as well." : ""}
    </p>
    <Show when={!isTerminal(props.run.phase)}>
      <Dependents run={props.run} />
    </Show>
  </ActionDialog>
)
