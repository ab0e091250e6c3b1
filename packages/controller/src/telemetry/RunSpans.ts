/**
 * What a written status tells as spans: of each phase of an attempt, of the attempt, and of the run, when they have ended and not before. Times
 * are those of the status and of the pod, ids follow from the run, so whoever tells the same again tells the same spans. Pure.
 */
import type { Attempt } from "@orchestrator/domain/Attempt"
import { isTerminal } from "@orchestrator/domain/Phase"
import { printable } from "@orchestrator/domain/Printable"
import type { TelemetryConfig } from "@orchestrator/domain/TelemetryConfig"
import { Context, DateTime, type Effect, Option } from "effect"
import { attemptSpanId, phaseSpanId, runSpanId, runTrace } from "../attempt/RunTrace.ts"
import type { PodFacts } from "../facts/Pod.ts"
import { reasonLabel } from "./Count.ts"
import type { PhaseChange } from "./PhaseChange.ts"

export interface RunSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: "run" | "waiting" | "paused" | "attempt" | "starting" | "agent" | "delivery"
  /** Since the epoch. */
  readonly fromMillis: number
  readonly untilMillis: number
  /** Why it failed; undefined where it did not. */
  readonly error: string | undefined
  readonly attributes: Readonly<Record<string, string | number>>
}

/** Takes spans that are over. It never waits, and never fails. */
export type TellSpans = (spans: ReadonlyArray<RunSpan>) => Effect.Effect<void>

/** Undefined: nobody wants them. */
export const SpansTold = Context.Reference<TellSpans | undefined>("@orchestrator/controller/telemetry/SpansTold", {
  defaultValue: () => undefined
})

const millisOf = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Option.getOrUndefined(Option.map(DateTime.make(time), DateTime.toEpochMillis))

type Times = readonly [from: string | undefined, until: string | undefined]

const longestText = 128

/** What the run is; never what it is told to do, nor what anybody said about it. */
const ofRun = ({ run: { kind, name, namespace, service, uid } }: PhaseChange): RunSpan["attributes"] => ({
  "k8s.namespace.name": namespace,
  "orchestrator.run.kind": kind,
  "orchestrator.run.name": name,
  "orchestrator.run.uid": uid,
  ...(service === undefined ? {} : { "orchestrator.service": printable(service, { max: longestText }) })
})

const ofAttempt = ({ contextVersion, jobName, retry = 0 }: Attempt): RunSpan["attributes"] => ({
  "k8s.job.name": jobName,
  "orchestrator.run.version": contextVersion,
  "orchestrator.run.retry": retry
})

const ofEnd = (outcome: string, reason: string) => ({
  error: outcome === "Failed" ? reasonLabel(reason) : undefined,
  attributes: { "orchestrator.outcome": outcome, "orchestrator.reason": reasonLabel(reason) }
})

export interface SpanFacts {
  /** From when to when the agent of the attempt that has ended worked. */
  readonly worked: PodFacts["worked"] | undefined
  readonly costUsd: number | undefined
}

const attemptsIn = ({ attempts }: PhaseChange, version: number): ReadonlyArray<Attempt> =>
  attempts.filter(({ contextVersion }) => contextVersion === version)

/** When a version was asked for: the first with the run, another one, as far as it is known, when its first attempt began. */
const askedAt = (change: PhaseChange, version: number): string | undefined =>
  version === 1 ? change.run.createdAt : attemptsIn(change, version)[0]?.startedAt ?? change.finishedAt

export const spansOf = (change: PhaseChange, { costUsd, worked }: SpanFacts, config: TelemetryConfig) => {
  const { began, ended, finishedAt, moved, phase, reason, run, version } = change
  const { parentSpanId, sampled, traceId } = runTrace(run, config)
  if (!sampled) return []
  const spans: Array<RunSpan> = []
  const add = (
    name: RunSpan["name"],
    spanId: string,
    parent: string | undefined,
    [from, until]: Times,
    { attributes = {}, error }: Partial<Pick<RunSpan, "attributes" | "error">> = {}
  ) => {
    const [fromMillis, untilMillis] = [millisOf(from), millisOf(until)]
    if (fromMillis === undefined || untilMillis === undefined) return
    spans.push({
      traceId,
      spanId,
      parentSpanId: parent,
      name,
      fromMillis,
      // What clocks that differ make negative is none.
      untilMillis: Math.max(fromMillis, untilMillis),
      error,
      attributes: { ...ofRun(change), ...attributes }
    })
  }
  const versionSpan = (contextVersion: number) => runSpanId({ ...run, attempt: { contextVersion, retry: 0 } })
  const ofVersion = (contextVersion: number, until: string | undefined, outcome: string, why: string) => {
    const { attributes, error } = ofEnd(outcome, why)
    add("run", versionSpan(contextVersion), parentSpanId, [askedAt(change, contextVersion), until], {
      error,
      attributes: { ...attributes, "orchestrator.run.version": contextVersion }
    })
  }

  if (began !== undefined) {
    const before = attemptsIn(change, began.contextVersion).findLast(({ jobName }) => jobName !== began.jobName)
    const name = before === undefined ? "waiting" : "paused"
    const since = before?.finishedAt ?? (began.contextVersion === 1 ? run.createdAt : undefined)
    add(name, phaseSpanId(name, began.jobName), versionSpan(began.contextVersion), [since, began.startedAt], {
      attributes: ofAttempt(began)
    })
  }
  if (ended !== undefined) {
    const { jobName, outcome = "", reason: why = "" } = ended
    const end = ofEnd(outcome, why)
    const attributes = ofAttempt(ended)
    const own = attemptSpanId(jobName)
    const parts: ReadonlyArray<readonly [RunSpan["name"], Times]> = [
      ["starting", [ended.startedAt, worked?.from]],
      ["agent", [worked?.from, worked?.until]],
      ["delivery", [worked?.until, ended.finishedAt]]
    ]
    for (const [name, times] of parts) add(name, phaseSpanId(name, jobName), own, times, { attributes })
    add("attempt", own, versionSpan(ended.contextVersion), [ended.startedAt, ended.finishedAt], {
      error: end.error,
      attributes: {
        ...attributes,
        ...end.attributes,
        ...(costUsd === undefined ? {} : { "orchestrator.cost_usd": costUsd })
      }
    })
    // Another version has taken its place, and this one comes to no end of its own.
    if (ended.contextVersion < version) ofVersion(ended.contextVersion, ended.finishedAt, outcome, why)
  }
  if (moved && isTerminal(phase)) ofVersion(version, finishedAt, phase, reason)
  return spans
}
