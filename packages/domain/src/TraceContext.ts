/** W3C trace context, as the header `traceparent` and the variable TRACEPARENT have it: https://www.w3.org/TR/trace-context/. Pure. */

export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** 16 hexadecimal digits: the span that what follows is part of. */
  readonly spanId: string
  /** Whether spans of this trace are sent. */
  readonly sampled: boolean
}

/** Version, trace, parent span, flags. */
const format = /^00-(?<traceId>(?!0{32})[0-9a-f]{32})-(?<spanId>(?!0{16})[0-9a-f]{16})-(?<flags>[0-9a-f]{2})$/

export const parseTraceparent = (text: string | undefined): TraceContext | undefined => {
  const { flags = "", spanId = "", traceId = "" } = format.exec(text ?? "")?.groups ?? {}
  return traceId === "" ? undefined : { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

export const formatTraceparent = ({ sampled, spanId, traceId }: TraceContext): string =>
  `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`

/** Follows from the trace alone, so that every process decides the same: OpenTelemetry's TraceIdRatioBased, of the last 56 bits. */
export const isSampled = (traceId: string, ratio: number): boolean =>
  ratio >= 1 || Number.parseInt(traceId.slice(-14), 16) < ratio * 2 ** 56
