/** What the controller counts and tells: its plans as they are made, the statuses that it wrote, and gauges over its stores at every scrape. */
import { atScrape, gaugeSeries } from "@orchestrator/domain/Scrape"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import { leader } from "@orchestrator/k8s/Metrics"
import { DateTime, Effect, Layer, Metric, Result } from "effect"
import type { StatusWrite } from "../decide/Action.ts"
import type { Plan } from "../decide/Rule.ts"
import type { PodFacts } from "../facts/Pod.ts"
import { jobOf, podOf } from "../facts/Snapshot.ts"
import { Stores } from "../facts/Stores.ts"
import { attemptFigures } from "../telemetry/AttemptFigures.ts"
import { countersAtZero, makeCount } from "../telemetry/Count.ts"
import { figuresOf } from "../telemetry/Figures.ts"
import * as Metrics from "../telemetry/Metrics.ts"
import { type PhaseChange, phaseChange } from "../telemetry/PhaseChange.ts"
import { logChange } from "../telemetry/PhaseLog.ts"
import { RunEvents } from "../telemetry/RunEvents.ts"
import { spansOf, SpansTold } from "../telemetry/RunSpans.ts"
import { StatusWritten } from "../telemetry/StatusWritten.ts"
import { ControllerSettings } from "./Settings.ts"

/** Counts a plan, and logs one that does something. */
export const planned = ({ actions, rule }: Plan): Effect.Effect<void> =>
  actions.length === 0 ? counted(rule) : Effect.andThen(
    counted(rule),
    Effect.annotateLogs(Effect.logDebug("plan"), { rule, actions: actions.map(({ _tag }) => _tag).join(" ") })
  )

const counted = (rule: string) => Metric.update(Metrics.reconciles.of({ rule }), 1)

/** Counts, logs and tells what the written statuses tell. */
export const statusesTold = Layer.effect(
  StatusWritten,
  Effect.gen(function*() {
    const stores = yield* Stores
    const { config } = yield* ControllerSettings
    const count = makeCount()
    const notify = yield* RunEvents
    const tellSpans = yield* SpansTold
    yield* countersAtZero

    const podIn = ({ ended, run }: PhaseChange) => {
      const job = ended === undefined ? undefined : jobOf(stores, { ...run, jobName: ended.jobName })
      return job === undefined ? undefined : podOf(stores, job)
    }

    const figuresIn = ({ ended, run }: PhaseChange, pod: PodFacts | undefined) =>
      ended === undefined ? undefined : attemptFigures({
        attempt: ended,
        pod,
        model: Result.isSuccess(run.spec) ? run.spec.success.model : "unknown",
        prices: config.model.prices
      })

    return (write: StatusWrite) => {
      const change = phaseChange(write)
      if (change === undefined) return Effect.void
      const pod = podIn(change)
      const figures = figuresIn(change, pod)
      const spans = tellSpans === undefined
        ? Effect.void
        : tellSpans(spansOf(change, { worked: pod?.worked, costUsd: figures?.costUsd }, config.telemetry))
      return Effect.all([count(change, figures), logChange(change, figures), notify(change), spans], { discard: true })
    }
  })
)

/** Of the stores tells only the replica that leads: sums over replicas are then right. */
export const tellStores = Effect.gen(function*() {
  const snapshot = yield* Stores
  const { config } = yield* ControllerSettings
  const { leads } = yield* Leadership
  const tell = {
    leader: gaugeSeries(leader),
    runs: gaugeSeries(Metrics.runs),
    line: gaugeSeries(Metrics.lineRuns),
    lineOldest: gaugeSeries(Metrics.lineOldestSeconds),
    workspaces: gaugeSeries(Metrics.workspaceLineRuns),
    workspacesOldest: gaugeSeries(Metrics.workspaceOldestSeconds),
    blocked: gaugeSeries(Metrics.blockedRuns),
    budgets: gaugeSeries(Metrics.budgetUsd)
  }
  const nothing = { runs: [], line: [], lineOldest: [], workspaces: [], workspacesOldest: [], blocked: [], budgets: [] }
  yield* atScrape(Effect.gen(function*() {
    const leading = yield* leads
    const figures = leading ? figuresOf({ snapshot, config, now: yield* DateTime.now }) : nothing
    yield* tell.leader([[{}, leading ? 1 : 0]])
    yield* tell.runs(figures.runs)
    yield* tell.line(figures.line)
    yield* tell.lineOldest(figures.lineOldest)
    yield* tell.workspaces(figures.workspaces)
    yield* tell.workspacesOldest(figures.workspacesOldest)
    yield* tell.blocked(figures.blocked)
    yield* tell.budgets(figures.budgets)
  }))
})
