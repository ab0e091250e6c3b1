/** The runs that this one is bound to: as a list, and drawn where there is more than one step. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { createMemo, For, type JSX, Show } from "solid-js"
import { useApi } from "../../connect/Api.ts"
import { runsOf } from "../../connect/kinds/RunsOf.ts"
import { phaseTone } from "../../show/PhaseTone.ts"
import { createAsked } from "../../store/Asked.ts"
import { Answer } from "../../widgets/Answer.tsx"
import { Badge } from "../../widgets/Badge.tsx"
import { RunLink } from "../../widgets/RunLink.tsx"
import { DependencyGraph } from "./DependencyGraph.tsx"

/** More than can be told apart in a picture. */
const mostDrawn = 40

export const Dependencies = (props: { readonly run: AnyRun }): JSX.Element => {
  const api = useApi()
  const version = createMemo(() => props.run.resourceVersion)
  const asked = createAsked(
    version,
    (_, signal) => runsOf(api, props.run.kind).dependencies(props.run.name, { signal })
  )
  const items = () => asked.value()?.items ?? []
  const others = () => items().filter(({ name }) => name !== props.run.name)
  const isFirst = (name: string) => items().find((each) => each.name === props.run.name)?.dependsOn.includes(name)
  return (
    <section class="card" aria-labelledby="dependencies">
      <h2 id="dependencies">Dependencies</h2>
      <Answer of={asked} what="the dependencies">
        {() => (
          <Show
            when={others().length > 0}
            fallback={<p class="faint">None: it waits for no other run, and none waits for it.</p>}
          >
            <Show when={items().length <= mostDrawn}>
              <DependencyGraph run={props.run} items={items()} />
            </Show>
            <ul class="dependencies">
              <For each={others()}>
                {({ name, phase, reason }) => (
                  <li class="row">
                    <RunLink kind={props.run.kind} name={name} mono />
                    <Badge tone={phase === undefined ? "warn" : phaseTone(phase)}>
                      {phase ?? "There is no such run"}
                    </Badge>
                    <span class="faint">{reason}</span>
                    <Show when={isFirst(name)}>
                      <span class="faint">has to succeed first</span>
                    </Show>
                  </li>
                )}
              </For>
            </ul>
            <Show when={asked.value()?.isComplete === false}>
              <p class="faint">There are more of them than these.</p>
            </Show>
          </Show>
        )}
      </Answer>
    </section>
  )
}
