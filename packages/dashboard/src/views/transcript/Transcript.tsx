/** What a run's agent says and does, attempt by attempt, and what its containers print. */
import { useLocation, useNavigate, useSearchParams } from "@solidjs/router"
import { createMemo, createSignal, For, type JSX, Show, untrack } from "solid-js"
import { useApi } from "../../connect/Api.ts"
import { runsOf } from "../../connect/kinds/RunsOf.ts"
import { basePath } from "../../connect/Place.ts"
import { keyOf, type RunRef, transcriptPlace } from "../../show/Places.ts"
import { attemptsOf, type AttemptWords } from "../../show/transcript/AttemptWords.ts"
import { createAsked } from "../../store/Asked.ts"
import { useLiveRuns } from "../../store/LiveRuns.ts"
import { Badge } from "../../widgets/Badge.tsx"
import { Empty } from "../../widgets/Empty.tsx"
import { Failed } from "../../widgets/Failed.tsx"
import { Loading } from "../../widgets/Loading.tsx"
import { Tabs } from "../../widgets/Tabs.tsx"
import { VisibleText } from "../../widgets/VisibleText.tsx"
import { OfRun } from "../run/OfRun.tsx"
import { RunFrame } from "../run/RunFrame.tsx"
import { type AttemptProps, Conversation } from "./Conversation.tsx"
import { type LineLinks, LineLinksContext } from "./LineLink.tsx"
import { Log } from "./Log.tsx"
import "./Transcript.css"

const lineIn = (hash: string): number | undefined => {
  const line = /^#(\d{1,9})$/.exec(hash)?.[1]
  return line === undefined ? undefined : Number(line)
}

const RunTranscript = (props: RunRef): JSX.Element => {
  const api = useApi()
  const live = useLiveRuns()
  const [search, setSearch] = useSearchParams<{ attempt?: string; tab?: string }>()
  const location = useLocation()
  const navigate = useNavigate()
  const [said, setSaid] = createSignal("")
  const runs = () => runsOf(api, props.kind)
  // What the stream tells of a run is an outline: every change of it is read once.
  const version = createMemo(() => live.runs().get(keyOf(props))?.resourceVersion ?? "")
  const asked = createAsked(version, (_, signal) => runs().get(props.name, { signal }))
  const run = asked.value
  const attempts = createMemo(() => {
    const found = run()
    return found === undefined ? [] : attemptsOf(found)
  })
  const attempt = createMemo(() => search.attempt ?? attempts().at(-1)?.key)
  const words = () => attempts().find(({ key }) => key === attempt())
  const tab = () => search.tab === "log" ? "log" : "conversation"

  /** Within the page, from its base on. */
  const placeOf = (line: number) => {
    const query = new URLSearchParams({
      ...(attempt() === undefined ? {} : { attempt: attempt() ?? "" }),
      ...(tab() === "log" ? { tab: "log" } : {})
    })
    return `${transcriptPlace(props)}?${query}#${line}`
  }
  const hrefOf = (line: number) => `${basePath()}${placeOf(line)}`
  const links: LineLinks = {
    hrefOf,
    onCopy: (line) => {
      navigate(placeOf(line), { replace: true, scroll: false })
      const copied = navigator.clipboard?.writeText(new URL(hrefOf(line), window.location.href).href) ??
        Promise.reject(new Error("no clipboard"))
      copied.then(
        () => setSaid(`The address of line ${line} is copied`),
        () => setSaid(`Line ${line} is marked; its address is in the address bar`)
      )
    }
  }
  const [tries, setTries] = createSignal(0)
  const shown = (part: (props: AttemptProps) => JSX.Element) => () => (
    <For each={attempt() === undefined ? [] : [`${attempt()} ${tries()}`]}>
      {() =>
        part({
          get runs() {
            return runs()
          },
          name: props.name,
          attempt: untrack(attempt) ?? "",
          get isRunning() {
            return words()?.tone === "active"
          },
          get marked() {
            return lineIn(location.hash)
          },
          onAgain: () =>
            setTries((before) => before + 1)
        })}
    </For>
  )
  return (
    <RunFrame of={props} run={run()} part="Transcript">
      <Show
        when={run()}
        fallback={
          <Show when={asked.error() !== undefined} fallback={<Loading what="the run" />}>
            <Failed error={asked.error()} again={asked.again} />
          </Show>
        }
      >
        <Show
          when={attempt()}
          fallback={
            <Empty title="No agent has started yet">
              <p>
                <VisibleText text={run()?.message ?? "The conversation appears here as soon as one has."} />
              </p>
            </Empty>
          }
        >
          <AttemptList attempts={attempts()} chosen={attempt()} onChoose={(key) => setSearch({ attempt: key })} />
          <Show when={words()?.message}>
            {(message) => (
              <p class="faint">
                <VisibleText text={message()} />
              </p>
            )}
          </Show>
          <LineLinksContext.Provider value={links}>
            <Tabs
              label="What to read"
              value={tab()}
              onChange={(value) => setSearch({ tab: value === "log" ? "log" : undefined })}
              tabs={[
                { value: "conversation", name: "Conversation", content: shown((each) => <Conversation {...each} />) },
                { value: "log", name: "Log", content: shown((each) => <Log {...each} />) }
              ]}
            />
          </LineLinksContext.Provider>
          <span role="status" class="only-heard">{said()}</span>
        </Show>
      </Show>
    </RunFrame>
  )
}

interface AttemptListProps {
  readonly attempts: ReadonlyArray<AttemptWords>
  readonly chosen: string | undefined
  readonly onChoose: (key: string) => void
}

const AttemptList = (props: AttemptListProps): JSX.Element => (
  <ul class="attempt-choices" aria-label="Attempts">
    <For each={props.attempts}>
      {(attempt) => (
        <li>
          <button
            class="attempt-choice"
            type="button"
            aria-current={attempt.key === props.chosen ? "true" : undefined}
            onClick={() => props.onChoose(attempt.key)}
          >
            <span>{attempt.name}</span>
            <Badge tone={attempt.tone}>{attempt.outcome}</Badge>
            <Show when={attempt.details.length > 0}>
              <span class="faint number">{attempt.details.join(", ")}</span>
            </Show>
          </button>
        </li>
      )}
    </For>
  </ul>
)

const Transcript = (): JSX.Element => <OfRun>{(of) => <RunTranscript kind={of.kind} name={of.name} />}</OfRun>

// The router loads views by their default export.
export default Transcript
