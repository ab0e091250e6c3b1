/** What a run delivered, file by file, as its broker has kept it: evidence, and not what the forge shows today. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { useSearchParams } from "@solidjs/router"
import { createMemo, type JSX, Show } from "solid-js"
import { useApi } from "../../connect/Api.ts"
import { runsOf } from "../../connect/kinds/RunsOf.ts"
import { readPatch } from "../../show/diff/GitPatch.ts"
import { keyOf, type RunRef } from "../../show/Places.ts"
import { timelineOf } from "../../show/run/Timeline.ts"
import { createAsked } from "../../store/Asked.ts"
import { useLiveRuns } from "../../store/LiveRuns.ts"
import { CopyButton } from "../../widgets/CopyButton.tsx"
import { Empty } from "../../widgets/Empty.tsx"
import { Failed } from "../../widgets/Failed.tsx"
import { Loading } from "../../widgets/Loading.tsx"
import { Select } from "../../widgets/Select.tsx"
import { OfRun } from "../run/OfRun.tsx"
import { RunFrame } from "../run/RunFrame.tsx"
import { PatchView } from "./PatchView.tsx"

const newest = "newest"

/** Attempts that have ended; only those have evidence. */
const choicesOf = (run: AnyRun | undefined) => [
  { value: newest, name: "Newest attempt" },
  ...(run === undefined ? [] : timelineOf(run, 0).entries)
    .filter(({ attempt }) => attempt.outcome !== undefined)
    .map(({ key, state, title }) => ({ value: key, name: `${title}: ${state}` }))
    .toReversed()
]

const hasNone = (error: unknown): boolean =>
  error instanceof Error && "type" in error && error.type === "urn:orchestrator:problem:evidence-not-available"

const RunDiff = (props: { readonly of: RunRef }): JSX.Element => {
  const api = useApi()
  const live = useLiveRuns()
  const [query, setQuery] = useSearchParams<{ attempt?: string; file?: string }>()
  const runs = () => runsOf(api, props.of.kind)
  const version = createMemo(() => live.runs().get(keyOf(props.of))?.resourceVersion ?? "")
  const run = createAsked(version, (_, signal) => runs().get(props.of.name, { signal }))
  // Evidence is of attempts that have ended, and does not change: it is read again when another one has.
  const question = createMemo(() => {
    const known = run.value()
    if (known === undefined) return undefined
    const ended = known.status?.attempts?.findLast(({ outcome }) => outcome !== undefined)
    return JSON.stringify([query.attempt ?? "", ended?.jobName ?? "", ended?.finishedAt ?? ""])
  })
  const text = createAsked(question, (_, signal) => {
    const { attempt } = query
    return runs().diff(props.of.name, attempt === undefined ? {} : { attempt }, { signal })
  })
  const patch = createMemo(() => {
    const known = text.value()
    return known === undefined ? undefined : readPatch(known)
  })
  return (
    <RunFrame
      of={props.of}
      run={run.value()}
      part="Diff"
      actions={
        <>
          <Select
            label="Attempt"
            quiet
            choices={choicesOf(run.value())}
            value={query.attempt ?? newest}
            onChange={(attempt) => setQuery({ attempt: attempt === newest ? undefined : attempt, file: undefined })}
          />
          <Show when={text.value()}>{(it) => <CopyButton text={it()}>Copy patch</CopyButton>}</Show>
        </>
      }
    >
      <Show when={run.error()}>{(error) => <Failed error={error()} again={run.again} />}</Show>
      <Show
        when={text.error()}
        fallback={
          <Show
            when={patch()}
            fallback={
              <Show when={run.error() === undefined}>
                <Loading what="the diff" />
              </Show>
            }
          >
            {(it) => (
              <Show
                when={it().files.length > 0}
                fallback={
                  <Empty title="Nothing was changed">
                    <p>The attempt delivered no change of a file.</p>
                  </Empty>
                }
              >
                <PatchView
                  patch={it()}
                  file={query.file}
                  onFile={(file) => setQuery({ file }, { scroll: false, replace: true })}
                />
              </Show>
            )}
          </Show>
        }
      >
        {(error) => (
          <Show when={hasNone(error())} fallback={<Failed error={error()} again={text.again} />}>
            <Empty title="There is no diff">
              <p>
                {run.value()?.phase === "Running" || run.value()?.phase === "Pending"
                  ? "It is kept when an attempt ends. This view looks again by itself."
                  : "The attempt delivered nothing, or what was kept of it is gone."}
              </p>
            </Empty>
          </Show>
        )}
      </Show>
    </RunFrame>
  )
}

const Diff = (): JSX.Element => <OfRun>{(of) => <RunDiff of={of} />}</OfRun>

// The router loads views by their default export.
export default Diff
