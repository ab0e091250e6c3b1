/** The same as the list beside it, drawn: what comes first stands before what waits for it. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import type { CommonTypes } from "@orchestrator/client/kinds/RunTypes"
import { createMemo, For, type JSX } from "solid-js"
import { phaseTone } from "../../show/PhaseTone.ts"
import { layoutGraph, type Placed } from "../../show/run/GraphLayout.ts"

const box = { width: 144, height: 40 }
const step = { x: 180, y: 56 }

const shortName = (name: string) => name.length > 18 ? `${name.slice(0, 8)}…${name.slice(-8)}` : name

interface GraphProps {
  readonly run: AnyRun
  readonly items: CommonTypes["dependencies"]["items"]
}

export const DependencyGraph = (props: GraphProps): JSX.Element => {
  const layout = createMemo(() =>
    layoutGraph(
      props.items.map(({ name }) => name),
      props.items.flatMap(({ dependsOn, name }) => dependsOn.map((from) => ({ from, to: name })))
    )
  )
  const phases = createMemo(() => new Map(props.items.map(({ name, phase }) => [name, phase])))
  const width = () => (layout().columns - 1) * step.x + box.width + 4
  const height = () => (layout().rows - 1) * step.y + box.height + 4
  const isMirrored = getComputedStyle(document.documentElement).direction === "rtl"
  const left = ({ column }: Placed) => {
    const x = column * step.x + 2
    return isMirrored ? width() - x - box.width : x
  }
  const top = ({ row }: Placed) => row * step.y + 2
  const line = (from: Placed, to: Placed) => {
    const middle = box.height / 2
    const [x1, x2] = isMirrored ? [left(from), left(to) + box.width] : [left(from) + box.width, left(to)]
    const half = (x1 + x2) / 2
    return `M${x1} ${top(from) + middle}C${half} ${top(from) + middle} ${half} ${top(to) + middle} ${x2} ${
      top(to) + middle
    }`
  }
  return (
    <div
      class="graph"
      classList={{ wide: layout().columns > 2 }}
      role="group"
      aria-label="The dependencies, drawn"
      tabindex={0}
    >
      <svg width={width()} height={height()} viewBox={`0 0 ${width()} ${height()}`} aria-hidden="true">
        <For each={layout().edges}>{({ from, to }) => <path class="graph-edge" d={line(from, to)} />}</For>
        <For each={layout().nodes}>
          {(node) => (
            <g
              class={`graph-node ${phaseTone(phases().get(node.id) ?? "")}`}
              classList={{ own: node.id === props.run.name }}
            >
              <rect x={left(node)} y={top(node)} width={box.width} height={box.height} rx="7" />
              <text x={left(node) + box.width / 2} y={top(node) + 17}>{shortName(node.id)}</text>
              <text class="graph-phase" x={left(node) + box.width / 2} y={top(node) + 32}>
                {phases().get(node.id) ?? "not there"}
              </text>
            </g>
          )}
        </For>
      </svg>
    </div>
  )
}
