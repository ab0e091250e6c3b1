/**
 * Spans as OTLP has them. What is told of one is chosen here: names of ours, times, and attributes of a short list; of a failure its class. No
 * message, address, header or stack of a request leaves the process by a span. Pure.
 */
import type { RunSpan } from "@orchestrator/controller/telemetry/RunSpans"
import { printable } from "@orchestrator/domain/Printable"
import { Cause, type Exit, Option, Predicate, type Tracer } from "effect"
import { OtlpResource, type OtlpTracer } from "effect/observability"

export type OtlpSpan = OtlpTracer.TraceData["resourceSpans"][number]["scopeSpans"][number]["spans"][number]

const kinds: Readonly<Record<Tracer.SpanKind, number>> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 }

const unset = { code: 0 } as const
const failed = { code: 2 } as const

const nothingDropped = {
  events: [],
  links: [],
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0
}

const toldNames: ReadonlySet<string> = new Set([
  "http.request.method",
  "http.response.status_code",
  "http.route",
  "k8s.namespace.name"
])

const ownPrefix = "orchestrator."

const isTold = (name: string): boolean => toldNames.has(name) || name.startsWith(ownPrefix)

const longestValue = 256

const shortened = (value: unknown): unknown =>
  typeof value === "string" ? printable(value, { max: longestValue }) : value

/** The class of the first failure: `RunNotFound`. */
const classOf = (exit: Exit.Exit<unknown, unknown>): string | undefined => {
  if (exit._tag === "Success" || Cause.hasInterruptsOnly(exit.cause)) return undefined
  const [reason] = exit.cause.reasons
  if (reason !== undefined && Cause.isFailReason(reason)) {
    const { error } = reason
    const named = Predicate.hasProperty(error, "_tag") ? error._tag : undefined
    return typeof named === "string" ? printable(named, { max: longestValue }) : "Error"
  }
  return "Defect"
}

type Entry = [name: string, value: unknown]

const errorType = (type: string | undefined): ReadonlyArray<Entry> => type === undefined ? [] : [["error.type", type]]

const nanos = (millis: number): string => `${Math.round(millis)}000000`

/** Of a span that has ended. */
export const ofSpan = (span: Tracer.Span): OtlpSpan => {
  const { status } = span
  const type = status._tag === "Ended" ? classOf(status.exit) : undefined
  const told = [...span.attributes].filter(([name]) => isTold(name)).map((
    [name, value]
  ): Entry => [name, shortened(value)])
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: Option.getOrUndefined(span.parent)?.spanId,
    name: span.name,
    kind: kinds[span.kind],
    startTimeUnixNano: String(status.startTime),
    endTimeUnixNano: String(status._tag === "Ended" ? status.endTime : status.startTime),
    attributes: OtlpResource.entriesToAttributes([...told, ...errorType(type)]),
    status: type === undefined ? unset : failed,
    ...nothingDropped
  }
}

export const ofRunSpan = (
  { attributes, error, fromMillis, name, parentSpanId, spanId, traceId, untilMillis }: RunSpan
): OtlpSpan => ({
  traceId,
  spanId,
  parentSpanId,
  name,
  kind: kinds.internal,
  startTimeUnixNano: nanos(fromMillis),
  endTimeUnixNano: nanos(untilMillis),
  attributes: OtlpResource.entriesToAttributes([...Object.entries(attributes), ...errorType(error)]),
  status: error === undefined ? unset : failed,
  ...nothingDropped
})
