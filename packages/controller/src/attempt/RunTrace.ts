/**
 * The trace of a run: its maker's, where that is on it, else the one that its UID names. All ids follow from what the run is, so a controller
 * that starts again, or a second one, names the same, and nothing has to be written for it. Pure.
 */
import { fnv1a } from "@orchestrator/domain/Hash"
import { sends, type TelemetryConfig } from "@orchestrator/domain/TelemetryConfig"
import { isSampled, parseTraceparent, type TraceContext } from "@orchestrator/domain/TraceContext"
import type { LiveRun } from "../facts/LiveRun.ts"

export type TracedRun = Pick<LiveRun, "traceparent" | "uid" | "attempt" | "jobName">

export interface RunTrace {
  readonly traceId: string
  readonly sampled: boolean
  /** The span of whoever made the run. */
  readonly parentSpanId: string | undefined
}

const idOf = (uid: string): string => {
  const hex = uid.replaceAll("-", "").toLowerCase()
  return /^(?!0{32})[0-9a-f]{32}$/.test(hex) ? hex : fnv1a(uid) + fnv1a(`trace ${uid}`)
}

export const runTrace = ({ traceparent, uid }: TracedRun, config: TelemetryConfig): RunTrace => {
  const given = parseTraceparent(traceparent)
  if (given !== undefined) return { ...given, parentSpanId: given.spanId }
  const traceId = idOf(uid)
  const ratio = sends(config, "traces") ? config.orchestrator.sampleRatio : 1
  return { traceId, sampled: isSampled(traceId, ratio), parentSpanId: undefined }
}

/** Of one version of a run: from when it was asked for until it has ended. */
export const runSpanId = ({ attempt: { contextVersion }, uid }: TracedRun): string =>
  fnv1a(`run ${uid} ${contextVersion}`)

/** Of one attempt: of its Job, whose name has the run's UID in it. */
export const attemptSpanId = (jobName: string): string => fnv1a(jobName)

/** Of one phase of an attempt. */
export const phaseSpanId = (phase: string, jobName: string): string => fnv1a(`${phase} ${jobName}`)

/** What a round on the run is part of. */
export const runContext = (run: TracedRun, config: TelemetryConfig): TraceContext => {
  const { sampled, traceId } = runTrace(run, config)
  return { traceId, sampled, spanId: runSpanId(run) }
}

/** What an attempt's agent is part of: the attempt, or what comes next above it where no spans of attempts are sent. */
export const agentContext = (run: TracedRun, config: TelemetryConfig): TraceContext => {
  const { parentSpanId, sampled, traceId } = runTrace(run, config)
  const above = sends(config, "traces") ? undefined : parentSpanId
  return { traceId, sampled, spanId: above ?? attemptSpanId(run.jobName) }
}
