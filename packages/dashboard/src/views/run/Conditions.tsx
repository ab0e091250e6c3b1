/** The conditions of the status, as the controller last wrote them. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { For, type JSX, Show } from "solid-js"
import { Time } from "../../widgets/Time.tsx"
import { VisibleText } from "../../widgets/VisibleText.tsx"

export const Conditions = (props: { readonly run: AnyRun }): JSX.Element => {
  const conditions = () => props.run.status?.conditions ?? []
  return (
    <section class="card conditions-card" aria-labelledby="conditions">
      <h2 id="conditions">Conditions</h2>
      <Show
        when={conditions().length > 0}
        fallback={<p class="faint">None yet: the controller has not written a status.</p>}
      >
        <ul class="conditions">
          <For each={conditions()}>
            {(condition) => (
              <li>
                <p class="row">
                  <strong>{condition.type}</strong>
                  <span>{condition.status}</span>
                  <span class="faint">{condition.reason}</span>
                  <span class="faint condition-since">
                    since <Time at={condition.lastTransitionTime} />
                  </span>
                </p>
                <Show when={condition.message}>
                  <p class="faint">
                    <VisibleText text={condition.message ?? ""} />
                  </p>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  )
}
