/** The attempts one after the other, each as long as it took. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { A } from "@solidjs/router"
import { createMemo, For, type JSX, Show } from "solid-js"
import { duration, millisOf } from "../../show/Ages.ts"
import { dollars } from "../../show/Dollars.ts"
import { phaseTone } from "../../show/PhaseTone.ts"
import { diffPlace, transcriptPlace } from "../../show/Places.ts"
import { type TimelineEntry, timelineOf } from "../../show/run/Timeline.ts"
import { Badge } from "../../widgets/Badge.tsx"
import { useNow } from "../../widgets/Clock.ts"
import { Time } from "../../widgets/Time.tsx"
import { VisibleText } from "../../widgets/VisibleText.tsx"
import { Bar } from "./Bar.tsx"
import { Until } from "./Until.tsx"

const Attempt = (props: { readonly entry: TimelineEntry; readonly run: AnyRun }): JSX.Element => {
  const attempt = () => props.entry.attempt
  const details = () =>
    [
      ...((props.entry.waitedMillis ?? 0) < 1000 ? [] : [`waited ${duration(props.entry.waitedMillis ?? 0)} before`]),
      ...(attempt().resumed === true ? ["went on with the session before"] : []),
      ...(attempt().usage?.costUsd === undefined ? [] : [dollars(attempt().usage?.costUsd ?? 0)]),
      ...(attempt().usage?.turns === undefined ? [] : [`${attempt().usage?.turns} turns`]),
      ...(attempt().exitCode === undefined || attempt().exitCode === 0 ? [] : [`exit code ${attempt().exitCode}`])
    ].join(", ")
  const query = () => `?attempt=${encodeURIComponent(props.entry.key)}`
  return (
    <li class="attempt">
      <div class="row">
        <h3>{props.entry.title}</h3>
        <Badge tone={phaseTone(props.entry.state)}>
          {props.entry.state}
          {attempt().reason === undefined || attempt().reason === props.entry.state ? "" : `: ${attempt().reason}`}
        </Badge>
        <span class="number">
          {props.entry.durationMillis === undefined ? "duration unknown" : duration(props.entry.durationMillis)}
        </span>
      </div>
      <Bar share={props.entry.share} tone={phaseTone(props.entry.state)} />
      <Show when={details() !== ""}>
        <p class="faint">{details()}</p>
      </Show>
      <Show when={attempt().message}>
        {(message) => (
          <p>
            <VisibleText text={message()} />
          </p>
        )}
      </Show>
      <p class="row faint">
        <Show when={attempt().startedAt}>
          {(at) => (
            <span>
              started <Time at={at()} suffix="ago" />
            </span>
          )}
        </Show>
        <A href={`${transcriptPlace(props.run)}${query()}`}>Transcript</A>
        <Show when={attempt().outcome}>
          <A href={`${diffPlace(props.run)}${query()}`}>Diff</A>
        </Show>
        <span>
          Job <bdi class="mono">{attempt().jobName}</bdi>
        </span>
      </p>
    </li>
  )
}

export const Attempts = (props: { readonly run: AnyRun }): JSX.Element => {
  const now = useNow(() => millisOf(props.run.status?.attempts?.at(-1)?.startedAt))
  const timeline = createMemo(() => timelineOf(props.run, now()))
  const keys = createMemo(() => timeline().entries.map(({ key }) => key), [], {
    equals: (left, right) => left.join() === right.join()
  })
  return (
    <section class="card" aria-labelledby="attempts">
      <h2 id="attempts">Attempts</h2>
      <Show
        when={keys().length > 0}
        fallback={<p class="faint">None yet: the first one starts when the run's turn has come.</p>}
      >
        <Show when={timeline().hasEarlier}>
          <p class="faint">Earlier attempts are no longer in the status.</p>
        </Show>
        <ol class="attempts">
          <For each={keys()}>
            {(key) => (
              <Show when={timeline().entries.find((entry) => entry.key === key)}>
                {(entry) => <Attempt entry={entry()} run={props.run} />}
              </Show>
            )}
          </For>
        </ol>
      </Show>
      <Show when={timeline().resumesAt}>
        {(at) => (
          <p>
            The next attempt starts by itself <Until at={at()} />.
          </p>
        )}
      </Show>
    </section>
  )
}
