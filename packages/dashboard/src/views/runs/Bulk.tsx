/** Cancels or retries many runs: first what would become of each, as the server answers a dry run, then for real. */
import { createResource, createSignal, For, type JSX, Show } from "solid-js"
import { useApi } from "../../connect/Api.ts"
import type { BulkVerb } from "../../connect/kinds/ChangeMany.ts"
import { counted, figure } from "../../show/Figures.ts"
import { Banner } from "../../widgets/Banner.tsx"
import { Dialog } from "../../widgets/Dialog.tsx"
import { Failed } from "../../widgets/Failed.tsx"
import { Loading } from "../../widgets/Loading.tsx"
import { type Became, changeMany, type Chosen } from "./ChangeMany.ts"
import "./Bulk.css"

interface BulkProps {
  readonly verb: BulkVerb
  readonly runs: ReadonlyArray<Chosen>
  readonly onClose: () => void
  readonly onDone: () => void
}

const words = {
  cancel: {
    title: "Cancel runs",
    explains:
      "Each agent is stopped and its work is saved; the run ends as Cancelled. A retry takes the work up again.",
    would: "would be cancelled",
    did: "asked to stop",
    act: "Cancel"
  },
  retry: {
    title: "Retry runs",
    explains: "Each run gets another attempt, which goes on from what is on its branch.",
    would: "would begin another attempt",
    did: "begin another attempt",
    act: "Retry"
  }
} as const

/** More than somebody reads one by one. */
const mostNamed = 200

const List = (props: { readonly items: ReadonlyArray<Became> }): JSX.Element => (
  <ul class="bulk-list">
    <For each={props.items.slice(0, mostNamed)}>
      {(item) => (
        <li>
          <span class="mono">{item.name}</span>
          <Show when={item.problem}>
            {(problem) => <span class="faint">{problem().detail}. {problem().hint}</span>}
          </Show>
          <Show when={item.successor}>{(name) => <span class="faint">as {name()}</span>}</Show>
        </li>
      )}
    </For>
    <Show when={props.items.length > mostNamed}>
      <li class="faint">and {figure(props.items.length - mostNamed)} more</li>
    </Show>
  </ul>
)

const Bulk = (props: BulkProps): JSX.Element => {
  const api = useApi()
  const chosen = props.runs
  const [preview] = createResource(() => changeMany(api, props.verb, chosen, { dryRun: true }))
  const [hint, setHint] = createSignal("")
  const [state, setState] = createSignal<
    "asking" | "doing" | { readonly done: ReadonlyArray<Became> } | { readonly error: unknown }
  >("asking")
  const said = () => words[props.verb]
  const possible = () =>
    (preview.error === undefined ? preview() ?? [] : []).filter(({ problem }) => problem === undefined)
  const refused = (items: ReadonlyArray<Became>) => items.filter(({ problem }) => problem !== undefined)
  const act = async () => {
    setState("doing")
    try {
      const done = await changeMany(api, props.verb, possible(), { dryRun: false, hint: hint().trim() || undefined })
      setState({ done })
      props.onDone()
    } catch (error) {
      setState({ error })
    }
  }
  const done = () => {
    const now = state()
    return typeof now === "object" && "done" in now ? now.done : undefined
  }
  const error = () => {
    const now = state()
    return typeof now === "object" && "error" in now ? now : undefined
  }
  return (
    <Dialog
      onClose={props.onClose}
      title={said().title}
      description={said().explains}
      actions={
        <>
          <button class="button" type="button" onClick={() => props.onClose()}>Close</button>
          <Show when={done() === undefined}>
            <button
              class={`button ${props.verb === "cancel" ? "danger" : "primary"}`}
              type="button"
              disabled={possible().length === 0 || state() === "doing"}
              onClick={() => void act()}
            >
              {said().act} {possible().length > 0 ? counted(possible().length, "run") : ""}
            </button>
          </Show>
        </>
      }
    >
      <div class="stack">
        <Show when={error()}>{(found) => <Failed error={found().error} />}</Show>
        <Show
          when={done()}
          fallback={
            <Show when={preview.error === undefined} fallback={<Failed error={preview.error} />}>
              <Show when={preview()} fallback={<Loading what="what would happen" />}>
                {(items) => (
                  <>
                    <p>
                      <strong>{counted(possible().length, "run")}</strong> {said().would}
                      {refused(items()).length > 0
                        ? `; ${counted(refused(items()).length, "run")} cannot be, and why:`
                        : "."}
                    </p>
                    <List items={refused(items())} />
                    <Show when={props.verb === "retry" && possible().length > 0}>
                      <label class="field">
                        A hint for the next attempt (optional)
                        <textarea
                          class="input"
                          rows={3}
                          maxLength={4000}
                          value={hint()}
                          onInput={({ currentTarget }) => setHint(currentTarget.value)}
                        />
                      </label>
                    </Show>
                    <details>
                      <summary>Which runs</summary>
                      <List items={possible()} />
                    </details>
                  </>
                )}
              </Show>
            </Show>
          }
        >
          {(items) => (
            <>
              <Banner tone="good" role="status">
                {counted(items().length - refused(items()).length, "run")} {said().did}.
              </Banner>
              <List items={refused(items())} />
            </>
          )}
        </Show>
      </div>
    </Dialog>
  )
}

// `lazy` asks for this.
export default Bulk
