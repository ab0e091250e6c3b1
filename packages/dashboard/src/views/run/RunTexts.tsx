/** What the run is made of, each read when it is looked at: files of its agent, its manifest, and the cluster's events. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { type Accessor, createMemo, createSignal, For, type JSX, Show } from "solid-js"
import { useApi } from "../../connect/Api.ts"
import { runsOf } from "../../connect/kinds/RunsOf.ts"
import { createAsked } from "../../store/Asked.ts"
import { Answer } from "../../widgets/Answer.tsx"
import { CopyButton } from "../../widgets/CopyButton.tsx"
import { Tabs } from "../../widgets/Tabs.tsx"
import { Time } from "../../widgets/Time.tsx"
import { VisibleText } from "../../widgets/VisibleText.tsx"
import { FileText } from "./FileText.tsx"
import { Yaml } from "./Yaml.tsx"

interface PartProps<A> {
  readonly run: AnyRun
  readonly what: string
  readonly ask: (run: AnyRun, signal: AbortSignal) => Promise<A>
  readonly children: (value: Accessor<NonNullable<A>>) => JSX.Element
}

function Part<A>(props: PartProps<A>): JSX.Element {
  const version = createMemo(() => props.run.resourceVersion)
  const asked = createAsked(version, (_, signal) => props.ask(props.run, signal))
  return (
    <div class="stack">
      <Answer of={asked} what={props.what}>
        {(value) => props.children(value)}
      </Answer>
    </div>
  )
}

export const RunTexts = (props: { readonly run: AnyRun }): JSX.Element => {
  const api = useApi()
  const runs = () => runsOf(api, props.run.kind)
  const [shown, setShown] = createSignal("events")
  const files = () => (
    <Part run={props.run} what="the files" ask={({ name }, signal) => runs().files(name, { signal })}>
      {(found) => (
        <>
          <p class="faint">
            ConfigMap <bdi class="mono">{found().configMap}</bdi>
          </p>
          <For each={Object.keys(found().files).toSorted()}>
            {(name) => <FileText name={name} text={found().files[name] ?? ""} />}
          </For>
        </>
      )}
    </Part>
  )
  const manifest = () => (
    <Part
      run={props.run}
      what="the manifest"
      ask={({ name }, signal) => runs().manifest(name, { signal })}
    >
      {(text) => (
        <>
          <CopyButton text={text()}>Copy manifest</CopyButton>
          <Yaml text={text()} />
        </>
      )}
    </Part>
  )
  const events = () => (
    <Part
      run={props.run}
      what="the events"
      ask={({ name }, signal) => runs().events(name, { signal })}
    >
      {(items) => (
        <Show
          when={items().length > 0}
          fallback={
            <p class="faint">None: the cluster has nothing to say, or has forgotten it, as it does after an hour.</p>
          }
        >
          <ol class="events">
            <For each={items().toReversed()}>
              {(event) => (
                <li classList={{ warning: event.type === "Warning" }}>
                  <p class="row">
                    <strong>{event.type === "Warning" ? "Warning: " : ""}{event.reason}</strong>
                    <bdi class="mono faint">{event.object}</bdi>
                    <span class="faint">
                      <Time at={event.time} suffix="ago" />
                      {event.count > 1 ? `, ${event.count} times` : ""}
                    </span>
                  </p>
                  <p>
                    <VisibleText text={event.message} />
                  </p>
                </li>
              )}
            </For>
          </ol>
        </Show>
      )}
    </Part>
  )
  return (
    <section class="card run-texts" aria-label="Events, files and manifest">
      <Tabs
        label="Events, files and manifest"
        value={shown()}
        onChange={setShown}
        tabs={[
          { value: "events", name: "Events", content: events },
          { value: "files", name: "Files", content: files },
          { value: "manifest", name: "Manifest", content: manifest }
        ]}
      />
    </section>
  )
}
