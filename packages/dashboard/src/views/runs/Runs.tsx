/** Every run: the table that lives, what of it is shown, and what is done to many of them. */
import { useSearchParams } from "@solidjs/router"
import { createEffect, createMemo, createSignal, type JSX, on, Show, Suspense } from "solid-js"
import { useApi } from "../../connect/Api.ts"
import type { BulkVerb } from "../../connect/kinds/ChangeMany.ts"
import { part } from "../../connect/Part.ts"
import { counted, figure } from "../../show/Figures.ts"
import { type Filters, filtersIn, matcherOf, orderOf, sortIn } from "../../show/RunFilters.ts"
import { rowOf } from "../../show/RunRow.ts"
import { followRuns, type LiveRuns, useLiveRuns } from "../../store/LiveRuns.ts"
import { Failed } from "../../widgets/Failed.tsx"
import { onKeys } from "../../widgets/Keys.ts"
import { Loading } from "../../widgets/Loading.tsx"
import { View } from "../../widgets/View.tsx"
import { FilterBar } from "./FilterBar.tsx"
import { heldOrder } from "./HeldOrder.ts"
import { RunTable } from "./RunTable.tsx"

const Bulk = part(() => import("./Bulk.tsx"))
const FirstRun = part(() => import("./FirstRun.tsx"))
const KeyHelp = part(() => import("./KeyHelp.tsx"))

/** Labels are not in the answers: the server tells of those that have them, by a stream of its own. */
const labelled = (label: () => string | undefined): () => LiveRuns => {
  const api = useApi()
  const all = useLiveRuns()
  return createMemo(() => {
    const selector = label()
    return selector === undefined ? all : followRuns(api, { label: [selector] })
  })
}

const Runs = (): JSX.Element => {
  const [query, setQuery] = useSearchParams()
  const filters = createMemo<Filters>(() => filtersIn(query), {}, {
    equals: (a, b) => JSON.stringify(a) === JSON.stringify(b)
  })
  const sort = createMemo(() => sortIn(query["sort"]))
  const live = labelled(createMemo(() => filters().label))
  const rows = createMemo(() => {
    const matches = matcherOf(filters())
    return [...live().runs().values()].filter(matches).map(rowOf).sort(orderOf(sort()))
  })
  const [busy, setBusy] = createSignal(false)
  const [selected, setSelected] = createSignal<ReadonlySet<string>>(new Set())
  const [bulk, setBulk] = createSignal<BulkVerb>()
  const [help, setHelp] = createSignal(false)
  const isHeld = () => busy() || selected().size > 0
  const order = heldOrder(rows, isHeld, () => [filters(), sort(), live()])
  const [searchField, setSearchField] = createSignal<HTMLInputElement>()

  onKeys({
    "/": () => searchField()?.focus(),
    "?": () => setHelp(true),
    Escape: () => setSelected(new Set())
  })
  // What is not shown any more is not selected any more: what one does is done to what one sees.
  createEffect(on(filters, () => {
    const shown = new Set(rows().map(({ key }) => key))
    setSelected((before) => new Set([...before].filter((key) => shown.has(key))))
  }, { defer: true }))
  const chosen = () => order.rows().filter(({ key }) => selected().has(key))
  /** What is wrong with the stream of all runs is said above every view. */
  const refused = () => {
    const now = live().connection()
    return filters().label !== undefined && now.state === "refused" ? now : undefined
  }
  const isEmpty = () => live().complete() && live().runs().size === 0 && Object.keys(filters()).length === 0
  const count = () => {
    const shown = rows().length
    const all = live().runs().size
    return shown === all ? counted(all, "run") : `${figure(shown)} of ${counted(all, "run")}`
  }
  return (
    <View
      title="Runs"
      actions={
        <>
          <span class="faint number">{live().complete() ? count() : `${count()} so far…`}</span>
          <button class="button plain" type="button" onClick={() => setHelp(true)} aria-label="Keyboard shortcuts">
            ?
          </button>
        </>
      }
    >
      <Show
        when={!isEmpty()}
        fallback={
          <Suspense fallback={<Loading />}>
            <FirstRun />
          </Suspense>
        }
      >
        <FilterBar
          filters={filters()}
          sort={sort()}
          runs={live().runs()}
          onChange={(change) => setQuery(change, { replace: true })}
          onSearchField={setSearchField}
        />
        <Show when={refused()}>{(now) => <Failed error={now().error} again={live().again} />}</Show>
        <RunTable
          rows={order.rows()}
          complete={live().complete()}
          waiting={order.waiting()}
          onRefresh={order.refresh}
          selected={selected()}
          onSelect={setSelected}
          onBusy={setBusy}
          onBulk={setBulk}
        />
      </Show>
      <Suspense>
        <Show when={bulk()}>
          {(verb) => (
            <Bulk
              verb={verb()}
              runs={chosen()}
              onClose={() => setBulk(undefined)}
              onDone={() => setSelected(new Set())}
            />
          )}
        </Show>
        <Show when={help()}>
          <KeyHelp onClose={() => setHelp(false)} />
        </Show>
      </Suspense>
    </View>
  )
}

// The router loads views by their default export.
export default Runs
