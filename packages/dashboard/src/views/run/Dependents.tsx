/** Who waits for a run, for those who are about to stop it. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { For, type JSX, Show } from "solid-js"
import { useApi } from "../../connect/Api.ts"
import { runsOf } from "../../connect/kinds/RunsOf.ts"
import { createAsked } from "../../store/Asked.ts"

const mostNamed = 10

export const Dependents = (props: { readonly run: AnyRun }): JSX.Element => {
  const api = useApi()
  const asked = createAsked(
    () => props.run.name,
    (name, signal) => runsOf(api, props.run.kind).dependencies(name, { signal })
  )
  const names = () =>
    (asked.value()?.items ?? []).filter(({ dependsOn }) => dependsOn.includes(props.run.name)).map(({ name }) => name)
  return (
    <Show when={names().length > 0}>
      <div>
        <p>
          <strong>Runs that wait for it end as Failed:</strong>
        </p>
        <ul>
          <For each={names().slice(0, mostNamed)}>
            {(name) => (
              <li>
                <bdi class="mono">{name}</bdi>
              </li>
            )}
          </For>
        </ul>
        <Show when={names().length > mostNamed}>
          <p>and {names().length - mostNamed} more</p>
        </Show>
      </div>
    </Show>
  )
}
