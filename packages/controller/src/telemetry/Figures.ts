/** Gauges over the runs that there are, read from the stores when somebody asks: one pass over the runs, and none over their objects. Pure. */
import { findCondition } from "@orchestrator/domain/Condition"
import type { LabelValues } from "@orchestrator/domain/MetricFamily"
import { Phase } from "@orchestrator/domain/Phase"
import { ProgressReason } from "@orchestrator/domain/Reason"
import { DateTime, Schema } from "effect"
import type { LiveRun } from "../facts/LiveRun.ts"
import type { RunFacts } from "../facts/Run.ts"
import { jobOf, podOf } from "../facts/Snapshot.ts"
import { activeClaimants } from "../line/Admission.ts"
import { type BudgetUse, budgetUse } from "../line/BudgetUse.ts"
import { makeSlots, takenBy } from "../line/Slots.ts"
import { isBefore, type Moment } from "../line/Waiting.ts"
import { secondsBetween } from "./AttemptFigures.ts"
import { reasonLabel } from "./Count.ts"
import { type LineLabels, mostLabels } from "./Metrics.ts"
import { largest, other } from "./TopLabels.ts"

type Rows<Label extends string> = ReadonlyArray<readonly [LabelValues<Label>, number]>

export interface Figures {
  readonly runs: Rows<"kind" | "phase" | "reason">
  readonly line: Rows<keyof LineLabels>
  readonly lineOldest: Rows<keyof LineLabels>
  readonly workspaces: Rows<"workspace">
  readonly workspacesOldest: Rows<"workspace">
  readonly blocked: Rows<"cause">
  readonly budgets: Rows<"budget" | "state">
}

/** Sums, or the largest, by labels. */
const tally = <Labels extends Readonly<Record<string, string>>>() => {
  const counts = new Map<string, { readonly labels: Labels; value: number }>()
  const entry = (labels: Labels) => {
    const key = Object.values(labels).join("\n")
    const known = counts.get(key)
    if (known !== undefined) return known
    const made = { labels, value: 0 }
    counts.set(key, made)
    return made
  }
  return {
    add: (labels: Labels) => void (entry(labels).value += 1),
    atLeast: (labels: Labels, value: number) => {
      const found = entry(labels)
      found.value = Math.max(found.value, value)
    },
    rows: () => [...counts.values()].map(({ labels, value }) => [labels, value] as const)
  }
}

/** What a run that does not work waits for; undefined of one that works, or that goes on by itself at a time that is known. */
type WaitsFor =
  | "person"
  | "hours"
  | "budget"
  | "dependencies"
  | "workspace"
  | "cluster"
  | "start"
  | "controller"
  | "limit"
  | "queue"

const isPhase = Schema.is(Phase)
const isCause = Schema.is(ProgressReason)

/** Of an older version's status both may be anything. */
const phaseLabel = (phase: string): string => isPhase(phase) ? phase : other

const causeOf = ({ status }: LiveRun): string | undefined => {
  const found = findCondition(status.conditions, "Progressing")
  return found?.status === "False" ? isCause(found.reason) ? found.reason : other : undefined
}

const waitsFor = ({ snapshot }: Moment, run: LiveRun): WaitsFor | undefined => {
  switch (run.status.reason) {
    case undefined:
    case "Accepted":
      return "controller"
    case "Suspended":
      return "person"
    case "Maintenance":
    case "QuietHours":
      return "hours"
    case "WaitingForBudget":
      return "budget"
    case "WaitingForDependencies":
      return "dependencies"
    case "WaitingForWorkspace":
      return "workspace"
    case "WaitingForCapacity":
      return causeOf(run) === undefined ? "limit" : "cluster"
    case "WaitingForAdmission":
      return causeOf(run) === undefined ? "queue" : "cluster"
    case "Blocked":
    case "Starting": {
      const job = jobOf(snapshot, run)
      return job !== undefined && podOf(snapshot, job)?.begun === true ? undefined : "start"
    }
    default:
      return undefined
  }
}

const chosen: ReadonlySet<WaitsFor> = new Set([
  "person",
  "hours",
  "budget",
  "dependencies",
  "workspace",
  "limit",
  "queue"
])

/** Since when its status says what it says. */
const sinceOf = ({ createdAt, status: { lastUpdate } }: LiveRun): string => lastUpdate ?? createdAt

/** Which limit each of those that wait for one has reached, as slots would be given now. */
const limitsReached = (moment: Moment, waiting: ReadonlyArray<LiveRun>): ReadonlyMap<string, string> => {
  if (waiting.length === 0) return new Map()
  const { limits } = moment.config
  const slots = makeSlots(limits, takenBy(limits, activeClaimants(moment)))
  return new Map(
    waiting.toSorted((left, right) => isBefore(left, right) ? -1 : 1).map((run) => [
      run.uid,
      /^limits\.(\w+)/.exec(slots.tryAcquire(run) ?? "")?.[1] ?? "activeRuns"
    ])
  )
}

const workspaceOf = ({ tenant }: LiveRun): string => tenant?.workspaces[0]?.split("/")[1] ?? "none"

const longest = (seconds: ReadonlyArray<number>): number => seconds.reduce((left, right) => Math.max(left, right), 0)

/** Only the largest by themselves; of the others the sum, or the longest. */
const workspaceRows = (
  waits: ReadonlyMap<string, ReadonlyArray<number>>
): Pick<Figures, "workspaces" | "workspacesOldest"> => {
  const rows = largest(new Map([...waits].map(([workspace, all]) => [workspace, all.length])), mostLabels)
  const shown = new Set(rows.map(([workspace]) => workspace))
  const oldest = tally<LabelValues<"workspace">>()
  for (const [workspace, all] of waits) {
    oldest.atLeast({ workspace: shown.has(workspace) ? workspace : other }, longest(all))
  }
  return { workspaces: rows.map(([workspace, count]) => [{ workspace }, count]), workspacesOldest: oldest.rows() }
}

/** Of each budget whoever has used most of it, who comes first. */
const budgetRows = (uses: ReadonlyArray<BudgetUse>): Figures["budgets"] => {
  const first = new Map(uses.toReversed().map((use) => [use.name, use]))
  return [...first.values()].flatMap(({ limitUsd, name, promisedUsd, spentUsd }) => {
    const budget = name.replace("budgets.", "")
    return [
      [{ budget, state: "limit" }, limitUsd],
      [{ budget, state: "spent" }, spentUsd],
      [{ budget, state: "promised" }, promisedUsd]
    ] as const
  })
}

export const figuresOf = (moment: Moment): Figures => {
  const now = DateTime.formatIso(moment.now)
  const runs = tally<LabelValues<"kind" | "phase" | "reason">>()
  const line = tally<LineLabels>()
  const lineOldest = tally<LineLabels>()
  const blocked = tally<LabelValues<"cause">>()
  const workspaces = new Map<string, Array<number>>()
  const limited: Array<LiveRun> = []

  const waits = (run: LiveRun, what: WaitsFor, limit?: string) => {
    const seconds = secondsBetween(sinceOf(run), now) ?? 0
    const labels = { waits_for: limit ?? what, chosen: String(chosen.has(what)) }
    line.add(labels)
    lineOldest.atLeast(labels, seconds)
    if (what !== "workspace") return
    const workspace = workspaceOf(run)
    const others = workspaces.get(workspace)
    if (others === undefined) workspaces.set(workspace, [seconds])
    else others.push(seconds)
  }

  const look = (run: RunFacts) => {
    const { phase = "Pending", reason = "Accepted" } = run.status
    runs.add({ kind: run.kind, phase: phaseLabel(phase), reason: reasonLabel(reason) })
    if (run.ended) return
    const what = waitsFor(moment, run)
    if (what === "limit") limited.push(run)
    else if (what !== undefined) waits(run, what)
    const cause = causeOf(run)
    if (cause !== undefined) blocked.add({ cause })
  }

  for (const store of Object.values(moment.snapshot.runs)) for (const run of store.values()) look(run)
  const reached = limitsReached(moment, limited)
  for (const run of limited) waits(run, "limit", reached.get(run.uid))
  return {
    runs: runs.rows(),
    line: line.rows(),
    lineOldest: lineOldest.rows(),
    blocked: blocked.rows(),
    budgets: budgetRows(budgetUse(moment)),
    ...workspaceRows(workspaces)
  }
}
