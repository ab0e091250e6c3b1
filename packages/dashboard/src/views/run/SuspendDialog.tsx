/** Keeping a run from starting, and letting it. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import type { JSX } from "solid-js"
import { ActionDialog, type RunActionProps } from "./ActionDialog.tsx"
import { Dependents } from "./Dependents.tsx"

export const SuspendDialog = (props: RunActionProps<AnyRun>): JSX.Element => (
  <ActionDialog
    open={props.open}
    onClose={props.onClose}
    title="Suspend this run"
    description={props.run.phase === "Running"
      ? "The attempt that runs is left to end; no other starts until the run is resumed."
      : "It leaves the line and keeps no workspace; no attempt starts until it is resumed."}
    verb="Suspend the run"
    onDo={props.onDo}
  >
    <Dependents run={props.run} />
  </ActionDialog>
)

export const ResumeDialog = (props: RunActionProps<AnyRun>): JSX.Element => (
  <ActionDialog
    open={props.open}
    onClose={props.onClose}
    title="Resume this run"
    description="It stands in line again, in its place by age and priority, and starts when it is its turn."
    verb="Resume the run"
    onDo={props.onDo}
  />
)
