/** Stopping a run. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { type JSX, Show } from "solid-js"
import { ActionDialog, type RunActionProps } from "./ActionDialog.tsx"
import { Dependents } from "./Dependents.tsx"

export const CancelDialog = (props: RunActionProps<AnyRun>): JSX.Element => (
  <ActionDialog
    open={props.open}
    onClose={props.onClose}
    title="Cancel this run"
    description={props.run.phase === "Running"
      ? "The agent is told to stop, its work so far is saved and pushed, and the run ends as Cancelled."
      : "It has not started: it leaves the line and ends as Cancelled."}
    verb="Cancel the run"
    isDanger
    onDo={props.onDo}
  >
    <Show when={runKinds[props.run.kind].hasVersions}>
      <p>It can be tried again later, and goes on from what was saved.</p>
    </Show>
    <Dependents run={props.run} />
  </ActionDialog>
)
