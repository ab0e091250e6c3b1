/** One run: why it is where it is and what is next, what it has done and used, and what it is made of. */
import { createEffect, createMemo, type JSX, on, Show } from "solid-js"
import { useApi } from "../../connect/Api.ts"
import { runsOf } from "../../connect/kinds/RunsOf.ts"
import { keyOf, type RunRef } from "../../show/Places.ts"
import { createAsked } from "../../store/Asked.ts"
import { useLiveRuns } from "../../store/LiveRuns.ts"
import { Banner } from "../../widgets/Banner.tsx"
import { Failed } from "../../widgets/Failed.tsx"
import { Loading } from "../../widgets/Loading.tsx"
import { Attempts } from "./Attempts.tsx"
import { Conditions } from "./Conditions.tsx"
import { Dependencies } from "./Dependencies.tsx"
import { Explanation } from "./Explanation.tsx"
import { Facts } from "./Facts.tsx"
import { OfRun } from "./OfRun.tsx"
import "./Run.css"
import { RunActions } from "./RunActions.tsx"
import { RunFrame } from "./RunFrame.tsx"
import { RunTexts } from "./RunTexts.tsx"
import { Usage } from "./Usage.tsx"

const OneRun = (props: { readonly of: RunRef }): JSX.Element => {
  const api = useApi()
  const live = useLiveRuns()
  const known = createMemo(() => live.runs().get(keyOf(props.of)))
  // What the stream tells of a run is an outline: every change of it is read once.
  const wasKnown = createMemo((was: boolean) => was || known() !== undefined, false)
  const isGone = createMemo(() => live.complete() && known() === undefined && wasKnown())
  const version = createMemo(() => isGone() ? undefined : `${known()?.uid ?? ""}/${known()?.resourceVersion ?? ""}`)
  const asked = createAsked(version, (_, signal) => runsOf(api, props.of.kind).get(props.of.name, { signal }))
  const run = () => asked.value()
  createEffect(on(live.connection, ({ state }) => state === "live" && asked.error() !== undefined && asked.again(), {
    defer: true
  }))
  return (
    <RunFrame
      of={props.of}
      run={run()}
      actions={
        <Show when={isGone() ? undefined : run()}>{(it) => <RunActions run={it()} onChanged={asked.again} />}</Show>
      }
    >
      <Show when={isGone()}>
        <Banner tone="warn" role="status">
          <p>This run is gone: somebody has deleted it. What is shown is how it was last.</p>
        </Banner>
      </Show>
      <Show when={!isGone() && asked.error() !== undefined}>
        <Failed error={asked.error()} again={asked.again} />
      </Show>
      <Show
        when={run()}
        fallback={
          <Show when={asked.error() === undefined}>
            <Loading what="the run" />
          </Show>
        }
      >
        {(it) => (
          <div class="run-grid">
            <Explanation run={it()} />
            <div class="run-about">
              <Facts run={it()} />
              <Usage run={it()} />
            </div>
            <div class="run-work">
              <Attempts run={it()} />
              <Dependencies run={it()} />
            </div>
            <Conditions run={it()} />
            <RunTexts run={it()} />
          </div>
        )}
      </Show>
    </RunFrame>
  )
}

const Run = (): JSX.Element => <OfRun>{(of) => <OneRun of={of} />}</OfRun>

// The router loads views by their default export.
export default Run
