/** One run: a line of columns, or a card where there is little room. */
import { A } from "@solidjs/router"
import { type JSX, Show } from "solid-js"
import { dollars } from "../../show/Dollars.ts"
import { runPlace } from "../../show/Places.ts"
import { toneOf } from "../../show/RunRow.ts"
import { Badge } from "../../widgets/Badge.tsx"
import { Time } from "../../widgets/Time.tsx"
import { VisibleText } from "../../widgets/VisibleText.tsx"
import type { Line } from "./HeldOrder.ts"

export const columns = [
  { name: "Run", style: "" },
  { name: "State", style: "" },
  { name: "Service", style: "" },
  { name: "User", style: "" },
  { name: "Model", style: "run-model" },
  { name: "Attempt", style: "" },
  { name: "Cost", style: "run-number" },
  { name: "Age", style: "run-number run-age" },
  { name: "Pull request", style: "" }
] as const

interface RunLineProps {
  readonly row: Line
  readonly index: number
  /** Whether Tab leads to it. */
  readonly active: boolean
  readonly selected: boolean
  readonly onFocus: () => void
  readonly onSelect: () => void
}

/** `#12`, or its last part, of an address. */
const shortLink = (url: string): string => {
  const last = url.replace(/\/+$/, "").split("/").at(-1) ?? url
  return /^\d+$/.test(last) ? `#${last}` : last
}

export const RunLine = (props: RunLineProps): JSX.Element => {
  const tab = () => props.active ? 0 : -1
  const row = () => props.row
  return (
    <div
      class="run-line"
      classList={{ selected: props.selected, gone: row().gone }}
      role="row"
      data-key={row().key}
      aria-rowindex={props.index + 2}
      aria-selected={props.selected}
      onFocusIn={() => props.onFocus()}
    >
      <div role="gridcell" class="run-check">
        <input
          class="run-select"
          type="checkbox"
          tabindex={tab()}
          checked={props.selected}
          aria-label={`Select ${row().name}`}
          onChange={() => props.onSelect()}
        />
      </div>
      <div role="rowheader" class="run-what">
        <A class="run-name" href={runPlace(row())} tabindex={tab()} title={row().name}>{row().name}</A>
        <span class="run-task">
          <VisibleText text={row().task} />
        </span>
      </div>
      <div role="gridcell" class="run-state">
        <Badge tone={toneOf(row())}>{row().gone ? "Gone" : row().phase}</Badge>
        <span class="run-reason">
          <VisibleText text={row().reason} />
        </span>
      </div>
      <div role="gridcell" class="run-cut run-service" title={row().service}>{row().service}</div>
      <div role="gridcell" class="run-cut run-user" title={row().user}>{row().user}</div>
      <div role="gridcell" class="run-cut run-model" title={row().model}>{row().model}</div>
      <div role="gridcell" class="run-cut run-attempt">
        <span class="run-small">
          {[row().service, row().user, "attempt "].filter((text) => text !== "").join(" · ")}
        </span>
        {row().attempt}
      </div>
      <div role="gridcell" class="run-number run-cost">
        <Show when={row().cost} fallback={<span class="faint">—</span>}>
          {(cost) => (
            <span title={row().costEstimated ? "An estimate" : undefined}>
              {row().costEstimated ? "~" : ""}
              {dollars(cost())}
            </span>
          )}
        </Show>
      </div>
      <div role="gridcell" class="run-number run-age">
        <Time at={row().createdAt} />
      </div>
      <div role="gridcell" class="run-cut run-pull">
        <Show when={row().pullRequestUrl} fallback={<span class="faint">—</span>}>
          {(url) => (
            <a href={url()} tabindex={tab()} target="_blank" rel="noreferrer" title={url()}>{shortLink(url())}</a>
          )}
        </Show>
      </div>
    </div>
  )
}
