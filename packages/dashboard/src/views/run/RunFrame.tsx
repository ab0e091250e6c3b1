/** What every view of one run begins with: its name, how it stands, what one can do with it, and the way to its other views. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { A } from "@solidjs/router"
import { type JSX, Show } from "solid-js"
import { phaseTone } from "../../show/PhaseTone.ts"
import { diffPlace, runPlace, type RunRef, transcriptPlace } from "../../show/Places.ts"
import { Badge } from "../../widgets/Badge.tsx"
import { View } from "../../widgets/View.tsx"
import "./RunFrame.css"

interface FrameProps {
  readonly of: RunRef
  /** Undefined until it is known. */
  readonly run: AnyRun | undefined
  /** Of the view, for the tab's name: `Diff`. */
  readonly part?: string
  readonly actions?: JSX.Element
  readonly children?: JSX.Element
}

export const RunFrame = (props: FrameProps): JSX.Element => (
  <View
    title={props.part === undefined ? props.of.name : `${props.of.name} · ${props.part}`}
    actions={props.actions}
  >
    <div class="run-bar">
      <Show when={props.run}>
        {(run) => (
          <Badge tone={phaseTone(run().phase, run().reason)}>
            {run().phase}
            {run().reason === undefined || run().reason === run().phase ? "" : `: ${run().reason}`}
          </Badge>
        )}
      </Show>
      <span class="faint">{props.of.kind}</span>
      <nav class="run-parts" aria-label="Parts of the run">
        <A href={runPlace(props.of)} end activeClass="here">Overview</A>
        <A href={transcriptPlace(props.of)} activeClass="here">Transcript</A>
        <A href={diffPlace(props.of)} activeClass="here">Diff</A>
      </nav>
    </div>
    {props.children}
  </View>
)
