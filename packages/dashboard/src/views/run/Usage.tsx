/** What the run has used, against what it may use. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { createMemo, For, type JSX, Show } from "solid-js"
import { duration, millisOf } from "../../show/Ages.ts"
import { dollars } from "../../show/Dollars.ts"
import { figure } from "../../show/Figures.ts"
import { type UsageBar, usageBars } from "../../show/run/UsageBars.ts"
import { useNow } from "../../widgets/Clock.ts"
import { Bar } from "./Bar.tsx"

const titles: Readonly<Record<UsageBar["what"], string>> = {
  cost: "Cost",
  turns: "Turns",
  time: "Time of the newest attempt"
}

const amounts: Readonly<Record<UsageBar["what"], (amount: number) => string>> = {
  cost: dollars,
  turns: figure,
  time: (seconds) => duration(seconds * 1000)
}

export const Usage = (props: { readonly run: AnyRun }): JSX.Element => {
  const usage = () => props.run.status?.usage
  const newest = () => props.run.status?.attempts?.at(-1)
  const started = createMemo(() => millisOf(newest()?.startedAt))
  const now = useNow(started)
  const seconds = createMemo(() => {
    const from = started()
    const ended = millisOf(newest()?.finishedAt) ?? (props.run.phase === "Running" ? now() : undefined)
    return from === undefined || ended === undefined ? undefined : Math.max(0, (ended - from) / 1000)
  })
  const bars = createMemo(() => usageBars(usage(), props.run.limits, seconds()))
  return (
    <section class="card" aria-labelledby="usage">
      <h2 id="usage">Usage</h2>
      <Show when={bars().length > 0} fallback={<p class="faint">Nothing used so far.</p>}>
        <ul class="usage">
          <For each={bars()}>
            {({ isNear, limit, share, used, what }) => (
              <li>
                <div class="row usage-words">
                  <span>{titles[what]}</span>
                  <bdi class="number">
                    {amounts[what](used)}
                    {limit === undefined ? "" : ` of ${amounts[what](limit)}`}
                    {share === undefined ? "" : ` (${Math.round(share * 100)} %)`}
                  </bdi>
                </div>
                <Show when={share !== undefined}>
                  <Bar share={share ?? 0} tone={isNear ? "warn" : "active"} />
                </Show>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={usage()?.inputTokens !== undefined || usage()?.outputTokens !== undefined}>
        <p class="faint number">
          {figure(usage()?.inputTokens ?? 0)} tokens read, {figure(usage()?.outputTokens ?? 0)} written
        </p>
      </Show>
      <Show when={usage()?.costEstimated}>
        <p class="faint">
          The cost is an estimate: the end of some requests was not seen, a model has no price, or only the agent told
          it.
        </p>
      </Show>
    </section>
  )
}
