/** What is shown, as fields; they are the page's address, so that a link means the same runs. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { Phase } from "@orchestrator/domain/Phase"
import { Reason } from "@orchestrator/domain/Reason"
import { createMemo, createUniqueId, For, type JSX, Show } from "solid-js"
import { type FilterName, type Filters, type Sort, sorts } from "../../show/RunFilters.ts"
import { rowOf } from "../../show/RunRow.ts"
import { inWords } from "../../show/Words.ts"
import { ago } from "./Since.ts"
import "./FilterBar.css"

type Change = Readonly<Partial<Record<FilterName | "sort", string | undefined>>>

interface FilterBarProps {
  readonly filters: Filters
  readonly sort: Sort
  /** Their services and users are offered. */
  readonly runs: ReadonlyMap<string, AnyRun>
  readonly onChange: (change: Change) => void
  readonly onSearchField: (field: HTMLInputElement) => void
}

interface PickProps {
  readonly label: string
  readonly value: string | undefined
  readonly choices: ReadonlyArray<readonly [value: string, name: string]>
  readonly any?: string
  readonly onPick: (value: string | undefined) => void
}

/** The browser's own select: it is what phones and screen readers know best. */
const Pick = (props: PickProps): JSX.Element => {
  // A link may name what no run has.
  const choices = () =>
    props.value === undefined || props.choices.some(([value]) => value === props.value)
      ? props.choices
      : [...props.choices, [props.value, props.value] as const]
  const id = createUniqueId()
  return (
    <div class="field pick">
      <label for={id}>{props.label}</label>
      <select
        id={id}
        class="input"
        classList={{ set: props.value !== undefined && props.any !== undefined }}
        value={props.value ?? ""}
        onChange={({ currentTarget }) => props.onPick(currentTarget.value === "" ? undefined : currentTarget.value)}
      >
        <Show when={props.any}>{(any) => <option value="" selected={props.value === undefined}>{any()}</option>}</Show>
        <For each={choices()}>
          {([value, name]) => <option value={value} selected={props.value === value}>{name}</option>}
        </For>
      </select>
    </div>
  )
}

type Choices = PickProps["choices"]

const named = (values: Iterable<string>): Choices =>
  [...new Set(values)].filter((value) => value !== "").toSorted().map((value) => [value, value])

/** Runs change all the time, and what there is to choose from hardly ever. */
const sameChoices = (before: Choices, now: Choices): boolean =>
  before.length === now.length && before.every(([value], index) => value === now[index]?.[0])

const kinds = everyRunKind.map(({ kind }) => [kind, inWords(kind)] as const)
const phases = Phase.literals.map((phase) => [phase, phase] as const)
const reasons = Reason.literals.map((reason) => [reason, inWords(reason)] as const)
const order = Object.entries(sorts)
const seldom: ReadonlyArray<FilterName> = ["kind", "reason", "createdAfter", "taskId", "label", "workingDirectory"]

export const FilterBar = (props: FilterBarProps): JSX.Element => {
  const rows = createMemo(() => [...props.runs.values()].map(rowOf))
  const services = createMemo(() => named(rows().map(({ service }) => service)), [], { equals: sameChoices })
  const users = createMemo(() => named(rows().map(({ user }) => user)), [], { equals: sameChoices })
  const inUse = () => seldom.filter((name) => props.filters[name] !== undefined).length
  const search = createUniqueId()
  const pick = (name: FilterName) => (value: string | undefined) => props.onChange({ [name]: value })
  const text = (name: FilterName, label: string, hint: string) => (
    <label class="field pick">
      <span>{label}</span>
      <input
        class="input"
        value={props.filters[name] ?? ""}
        placeholder={hint}
        onChange={({ currentTarget }) => pick(name)(currentTarget.value.trim() || undefined)}
      />
    </label>
  )
  return (
    <search class="filters">
      <div class="field search">
        <label for={search}>Search</label>
        <input
          id={search}
          ref={props.onSearchField}
          class="input"
          type="search"
          placeholder="Name, task, repository, message…"
          aria-keyshortcuts="/"
          value={props.filters.q ?? ""}
          onInput={({ currentTarget }) => pick("q")(currentTarget.value || undefined)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
      </div>
      <Pick label="Phase" any="Any" value={props.filters.phase} choices={phases} onPick={pick("phase")} />
      <Pick label="Service" any="Any" value={props.filters.service} choices={services()} onPick={pick("service")} />
      <Pick label="User" any="Any" value={props.filters.githubUser} choices={users()} onPick={pick("githubUser")} />
      <Pick
        label="Order"
        value={props.sort}
        choices={order}
        onPick={(sort) => props.onChange({ sort: sort === "-createdAt" ? undefined : sort })}
      />
      <details class="more" open={inUse() > 0}>
        <summary class="button">More filters{inUse() > 0 ? ` (${inUse()})` : ""}</summary>
        <div class="filters">
          <Pick label="Kind" any="Any" value={props.filters.kind} choices={kinds} onPick={pick("kind")} />
          <Pick label="Reason" any="Any" value={props.filters.reason} choices={reasons} onPick={pick("reason")} />
          <Pick
            label="Created"
            any="Any time"
            value={props.filters.createdAfter}
            choices={ago()}
            onPick={pick("createdAfter")}
          />
          {text("taskId", "Task", "7")}
          {text("label", "Labels", "team=payments,tier!=test")}
          {text("workingDirectory", "Folder", "services/api")}
        </div>
      </details>
      <Show when={Object.keys(props.filters).length > 0}>
        <button
          class="button plain clear"
          type="button"
          onClick={() =>
            props.onChange(Object.fromEntries(Object.keys(props.filters).map((name) => [name, undefined])))}
        >
          Clear filters
        </button>
      </Show>
    </search>
  )
}
