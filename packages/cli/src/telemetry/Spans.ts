/**
 * The tracer whose spans are sent. A trace begins with a request, an event or a schedule, and goes on in what those do; what the process does
 * for itself is in none, so how much is sent follows from what people ask. A caller's decision about sampling counts, else the ratio.
 */
import { isSampled } from "@orchestrator/domain/TraceContext"
import { type Exit, Option, Tracer } from "effect"
import { Hex } from "effect/encoding"

type SpanOptions = Parameters<Tracer.Tracer["span"]>[0]

class SentSpan extends Tracer.NativeSpan {
  readonly #traceId: string
  readonly #send: (span: Tracer.Span) => void

  constructor(options: SpanOptions, traceId: string, send: (span: Tracer.Span) => void) {
    super(options)
    this.#traceId = traceId
    this.#send = send
  }

  override get traceId(): string {
    return this.#traceId
  }

  override end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    if (this.status._tag === "Ended") return
    super.end(endTime, exit)
    if (this.sampled) this.#send(this)
  }
}

/** Spans that were begun before there was this tracer are nobody's parents. */
const isKnown = (span: Tracer.AnySpan): boolean => span._tag === "ExternalSpan" || span instanceof SentSpan

export interface TracerOptions {
  readonly sampleRatio: number
  /** Takes a span that has ended; does not wait, and does not fail. */
  readonly send: (span: Tracer.Span) => void
}

export const makeTracer = ({ sampleRatio, send }: TracerOptions): Tracer.Tracer =>
  Tracer.make({
    span: (options) => {
      const parent = Option.filter(options.parent, isKnown)
      const traceId = Option.isSome(parent) ? parent.value.traceId : Hex.random(32)
      const sampled = Option.isSome(parent)
        ? parent.value.sampled && options.sampled
        : options.kind !== "internal" && options.kind !== "client" && isSampled(traceId, sampleRatio)
      return new SentSpan({ ...options, parent, sampled }, traceId, send)
    }
  })
