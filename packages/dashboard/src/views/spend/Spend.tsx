/** What runs have used: by day, service, GitHub user and model, the budgets that are left, and the runs that took most. */
import type { SpendingReport } from "@orchestrator/client/promises/Orchestrator"
import { A, useSearchParams } from "@solidjs/router"
import { DateTime, Effect } from "effect"
import { createEffect, createMemo, createSignal, For, type JSX, on, Show, Suspense } from "solid-js"
import { useApi } from "../../connect/Api.ts"
import { part } from "../../connect/Part.ts"
import { duration } from "../../show/Ages.ts"
import { dollars } from "../../show/Dollars.ts"
import { places } from "../../show/Places.ts"
import { amount, daysIn, everyDay, kindOf, percent, ranges, sinceOf } from "../../show/Spending.ts"
import { createFresh } from "../../store/Fresh.ts"
import { useLiveRuns } from "../../store/LiveRuns.ts"
import { Answer } from "../../widgets/Answer.tsx"
import { Banner } from "../../widgets/Banner.tsx"
import { Empty } from "../../widgets/Empty.tsx"
import { Failed } from "../../widgets/Failed.tsx"
import { Freshness } from "../../widgets/Freshness.tsx"
import { RunLink } from "../../widgets/RunLink.tsx"
import { Section } from "../../widgets/Section.tsx"
import { Select } from "../../widgets/Select.tsx"
import { type Column, Table } from "../../widgets/Table.tsx"
import { View } from "../../widgets/View.tsx"
import "./Spend.css"

const SpendChart = part(() => import("./SpendChart.tsx"))

type Share = SpendingReport["services"][number]
type SpentRun = SpendingReport["dearest"][number]
type Budget = SpendingReport["budgets"][number]

const cost = ({ costEstimated, costUsd }: Pick<Share, "costEstimated" | "costUsd">): string =>
  `${costEstimated === true ? "about " : ""}${dollars(costUsd)}`

const link = ({ kind, name }: { readonly kind: string; readonly name: string }): JSX.Element => {
  const known = kindOf(kind)
  return known === undefined ? <span>{name}</span> : <RunLink kind={known} name={name} />
}

const shareColumns = (name: string): ReadonlyArray<Column<Share>> => [
  { name, cell: (share) => share.name === "" ? <span class="faint">None named</span> : share.name },
  { name: "Runs", cell: ({ runs }) => amount(runs), isNumber: true },
  { name: "Tokens in", cell: ({ inputTokens }) => amount(inputTokens), isNumber: true },
  { name: "Tokens out", cell: ({ outputTokens }) => amount(outputTokens), isNumber: true },
  { name: "Cost", cell: cost, isNumber: true }
]

const runColumns: ReadonlyArray<Column<SpentRun>> = [
  { name: "Run", cell: link },
  { name: "Service", cell: ({ service }) => service ?? "" },
  { name: "Model", cell: ({ model }) => model ?? "" },
  { name: "Phase", cell: ({ phase }) => phase },
  { name: "Attempts", cell: ({ attempts }) => attempts, isNumber: true },
  { name: "Took", cell: ({ seconds }) => duration(seconds * 1000), isNumber: true },
  { name: "Cost", cell: ({ costUsd }) => dollars(costUsd), isNumber: true }
]

const budgetColumns: ReadonlyArray<Column<Budget>> = [
  { name: "Run", cell: link },
  {
    name: "Used",
    cell: ({ limitUsd, name, spentUsd }) => (
      <span class="budget">
        <meter
          min={0}
          max={limitUsd}
          high={limitUsd * 0.8}
          value={Math.min(spentUsd, limitUsd)}
          aria-label={`Budget of ${name}`}
        />
        {percent(spentUsd, limitUsd)}
      </span>
    )
  },
  { name: "Spent", cell: ({ spentUsd }) => dollars(spentUsd), isNumber: true },
  { name: "Limit", cell: ({ limitUsd }) => dollars(limitUsd), isNumber: true },
  { name: "Left", cell: ({ leftUsd }) => dollars(leftUsd), isNumber: true }
]

/** The browser keeps it under that name; nothing is shown. */
const download = (text: string, name: string) => {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }))
  const anchor = document.createElement("a")
  anchor.href = address
  anchor.download = name
  anchor.click()
  URL.revokeObjectURL(address)
}

const Figures = (props: { readonly report: SpendingReport }): JSX.Element => {
  const { total } = props.report
  return (
    <dl class="figures">
      <For
        each={[
          ["Spent", cost(total)],
          ["Runs", amount(total.runs)],
          ["Tokens in", amount(total.inputTokens)],
          ["Tokens out", amount(total.outputTokens)],
          ["A run", total.runs === 0 ? "—" : dollars(total.costUsd / total.runs)]
        ]}
      >
        {([name, value]) => (
          <div class="card">
            <dt class="faint">{name}</dt>
            <dd class="number">{value}</dd>
          </div>
        )}
      </For>
    </dl>
  )
}

const Report = (props: { readonly report: SpendingReport }): JSX.Element => {
  const days = createMemo(() => everyDay(props.report))
  return (
    <>
      <Figures report={props.report} />
      <Section title="By day">
        <Suspense fallback={<div class="chart" />}>
          <Show when={days()} keyed>{(shown) => <SpendChart days={shown} />}</Show>
        </Suspense>
        <details class="day-table">
          <summary>The same as a table, days in UTC</summary>
          <Table caption="Spending by day" columns={shareColumns("Day")} rows={props.report.days.toReversed()} />
        </details>
      </Section>
      <Section title="By service">
        <Table caption="Spending by service" columns={shareColumns("Service")} rows={props.report.services} />
      </Section>
      <Section title="By GitHub user">
        <Table caption="Spending by GitHub user" columns={shareColumns("User")} rows={props.report.githubUsers} />
      </Section>
      <Section title="By model">
        <Table caption="Spending by model" columns={shareColumns("Model")} rows={props.report.models} />
      </Section>
      <Section title="Dearest runs">
        <Table caption="The runs that have cost most" columns={runColumns} rows={props.report.dearest} />
      </Section>
      <Section title="Slowest runs">
        <Table caption="The runs that have taken longest" columns={runColumns} rows={props.report.slowest} />
      </Section>
    </>
  )
}

const Spend = (): JSX.Element => {
  const api = useApi()
  const [search, setSearch] = useSearchParams<{ days: string }>()
  const days = () => daysIn(search.days)
  const since = () => ({ since: sinceOf(days(), Effect.runSync(DateTime.now)) })
  const spending = createFresh((signal) => api.spending(since(), { signal }), useLiveRuns().runs)
  const [refused, setRefused] = createSignal<unknown>()
  createEffect(on(days, spending.again, { defer: true }))
  const save = () =>
    api.spendingCsv(since()).then((text) => {
      setRefused(undefined)
      download(text, `spending-${since().since}.csv`)
    }, (error: unknown) => setRefused(() => error))
  return (
    <View
      title="Spend"
      actions={
        <>
          <Freshness of={spending} />
          <Select
            label="Time"
            quiet
            choices={ranges}
            value={String(days())}
            onChange={(value) => setSearch({ days: value })}
          />
          <button class="button" type="button" onClick={() => void save()}>Download CSV</button>
        </>
      }
    >
      <Show when={refused()}>{(error) => <Failed error={error()} />}</Show>
      <Answer of={spending} what="what was spent">
        {(report) => (
          <>
            <Show when={report().total.costEstimated === true}>
              <Banner tone="calm">
                Part of it is an estimate: a request whose end was not seen counts with the most that it may have cost.
              </Banner>
            </Show>
            <Show when={report().budgets.length > 0}>
              <Section title="Budgets of runs that wait or work">
                <Table caption="Budgets, the least left first" columns={budgetColumns} rows={report().budgets} />
              </Section>
            </Show>
            <Show
              when={report().total.runs > 0}
              fallback={
                <Empty title="Nothing was spent in that time">
                  <p>
                    What an agent uses of a model is counted when its attempt ends, from the runs that are there: a
                    deleted run leaves no record. The demonstration agent of <code>npm start</code>{" "}
                    asks no model, so its runs cost nothing.
                  </p>
                  <A class="button primary" href={places.task}>Start a task</A>
                </Empty>
              }
            >
              <Report report={report()} />
            </Show>
          </>
        )}
      </Answer>
    </View>
  )
}

// The router loads views by their default export.
export default Spend
