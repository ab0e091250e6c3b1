/** The volumes in which runs work, one after the other: who has each, who waits, and the end of those that nobody needs. */
import type { Workspace } from "@orchestrator/client/promises/Orchestrator"
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import { A, useSearchParams } from "@solidjs/router"
import { createMemo, createSignal, For, type JSX, Show } from "solid-js"
import { useApi } from "../../connect/Api.ts"
import { places } from "../../show/Places.ts"
import { isIdle, matching, stateOf } from "../../show/Workspaces.ts"
import { createFresh } from "../../store/Fresh.ts"
import { useLiveRuns } from "../../store/LiveRuns.ts"
import { Answer } from "../../widgets/Answer.tsx"
import { Badge } from "../../widgets/Badge.tsx"
import { Empty } from "../../widgets/Empty.tsx"
import { Freshness } from "../../widgets/Freshness.tsx"
import { RunLink } from "../../widgets/RunLink.tsx"
import { type Column, Table } from "../../widgets/Table.tsx"
import { Time } from "../../widgets/Time.tsx"
import { View } from "../../widgets/View.tsx"
import { DeleteWorkspace } from "./DeleteWorkspace.tsx"

/** Only they lease workspaces. */
const runLink = (name: string) => <RunLink kind={codeRun.kind} name={name} />

const columns = (remove: (workspace: Workspace) => void): ReadonlyArray<Column<Workspace>> => [
  {
    name: "Workspace",
    cell: ({ githubUser, name, repository, service }) => (
      <>
        <strong>{service ?? name}</strong>
        <Show when={repository ?? githubUser}>
          <div class="faint">{[repository, githubUser].filter((part) => part !== undefined).join(" · ")}</div>
        </Show>
        <div class="mono faint">{name}</div>
      </>
    )
  },
  {
    name: "State",
    cell: (workspace) => {
      const { tone, words } = stateOf(workspace)
      return <Badge tone={tone}>{words}</Badge>
    }
  },
  {
    name: "Holder",
    cell: ({ holders }) => <For each={holders} fallback={<span class="faint">Nobody</span>}>{runLink}</For>
  },
  {
    name: "Line",
    cell: ({ line }) => (
      <For each={line} fallback={<span class="faint">Nobody waits</span>}>
        {({ position, run }) => (
          <div>
            <span class="number">{position}.</span> {runLink(run)}
          </div>
        )}
      </For>
    )
  },
  { name: "Last use", cell: ({ lastUsedAt }) => <Time at={lastUsedAt} suffix="ago" /> },
  { name: "Size", cell: ({ size }) => size ?? "—", isNumber: true },
  {
    name: "Delete",
    cell: (workspace) => (
      <button
        class="button danger"
        type="button"
        disabled={!isIdle(workspace)}
        title={isIdle(workspace) ? undefined : "A run has it, waits for it, or it is being deleted"}
        aria-label={`Delete ${workspace.name}`}
        onClick={() => remove(workspace)}
      >
        Delete
      </button>
    )
  }
]

const NoWorkspaces = (): JSX.Element => (
  <Empty title="No workspaces yet">
    <p>
      The first run of a service makes one: a volume with its clone, in which the service's runs work one after the
      other.
    </p>
    <A class="button primary" href={places.task}>Start a task</A>
  </Empty>
)

const Workspaces = (): JSX.Element => {
  const api = useApi()
  const [search, setSearch] = useSearchParams<{ q: string }>()
  const workspaces = createFresh((signal) => api.workspaces.list({ signal }), useLiveRuns().runs)
  const [leaving, setLeaving] = createSignal<Workspace>()
  const shown = createMemo(() => matching(workspaces.value() ?? [], search.q ?? ""))
  return (
    <View title="Workspaces" actions={<Freshness of={workspaces} />}>
      <Answer of={workspaces} what="workspaces">
        {(all) => (
          <Show when={all().length > 0} fallback={<NoWorkspaces />}>
            <label class="field">
              <span class="only-heard">Search</span>
              <input
                class="input"
                type="search"
                placeholder="Service, repository, user or run"
                value={search.q ?? ""}
                onInput={(event) => setSearch({ q: event.currentTarget.value }, { replace: true })}
              />
            </label>
            <div class="card">
              <Show when={shown().length > 0} fallback={<p class="faint">None of {all().length} has this in it.</p>}>
                <Table caption="Workspaces" columns={columns(setLeaving)} rows={shown()} />
              </Show>
            </div>
          </Show>
        )}
      </Answer>
      <Show when={leaving()} keyed>
        {(workspace) => (
          <DeleteWorkspace
            workspace={workspace}
            onClose={(deleted) => {
              setLeaving(undefined)
              if (deleted) workspaces.again()
            }}
          />
        )}
      </Show>
    </View>
  )
}

// The router loads views by their default export.
export default Workspaces
