/** The bytes of an answer on their way to the agent, counted beside: what the API says that it used settles what was reserved for it. */
import { millisOf, monotonicMillis } from "@orchestrator/domain/Monotonic"
import { Clock, Effect, Stream } from "effect"
import type { AnswerUsage, Let, ModelDialect, StreamError } from "../ModelDialect.ts"
import { sseReader } from "./Sse.ts"

/** What is known of an answer: its totals, and whether they are the last. */
export interface Seen {
  readonly usage: AnswerUsage
  readonly final: boolean
}

/** How the answers of a dialect tell what they used. */
export interface AnswerShape {
  /** The longest event that is looked at. */
  readonly longestEvent: number
  /** What is known after one more event of a stream; the same where it says nothing of tokens. */
  readonly seenAfter: (before: Seen | undefined, data: string) => Seen | undefined
  /** What an event adds to the output before its count is told, by a guess. */
  readonly outputBefore: (data: string) => number
  /** What an event says that is the API's word that it gives up, and says of nothing that it was used; undefined for all others. */
  readonly errorOf: (data: string) => StreamError | undefined
  /** Whether an event keeps a stream alive without saying anything. */
  readonly isPing: (data: string) => boolean
  /** Whether an event only says that an answer will come. */
  readonly isOpening: (data: string) => boolean
  /** The totals of a plain answer; undefined when it is none that says any. */
  readonly usageOf: (body: string) => AnswerUsage | undefined
}

export const nothingUsed: AnswerUsage = {
  model: "",
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  iterations: [],
  besideMicros: 0,
  factor: 1
}

const largestPlainAnswer = 8 * 1_048_576

/** Fails once nothing but pings came for the allowed time. */
const silence = (idleSeconds: number, lastWord: () => number) =>
  Effect.gen(function*() {
    const bound = idleSeconds * 1000
    let left = bound
    while (left > 0) {
      yield* Effect.sleep(left)
      left = lastWord() + bound - (yield* monotonicMillis)
    }
    yield* Effect.logWarning(`model response stalled for ${idleSeconds} s; closing the stream`)
    return yield* Effect.fail("silent" as const)
  })

type Answer = Parameters<ModelDialect["meter"]>[1]

/** Of an event stream, which is cut when it has been silent for too long. */
const meteredEvents = <E>(
  bytes: Stream.Stream<Uint8Array, E>,
  shape: AnswerShape,
  { claim, failed, idleSeconds }: Answer
) =>
  Stream.unwrap(Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const now = () => millisOf(clock.monotonicTimeNanosUnsafe())
    const reader = sseReader(shape.longestEvent)
    let seen: Seen | undefined
    let unreported = 0
    let begun = false
    let lastWord = now()
    return bytes.pipe(
      Stream.tap((chunk) => {
        const before = seen
        let refused = false
        let error: StreamError | undefined
        for (const data of reader.read(chunk)) {
          if (!shape.isPing(data)) {
            lastWord = now()
            const told = shape.errorOf(data)
            error = told ?? error
            refused ||= !begun && told !== undefined
            begun ||= !shape.isOpening(data)
          }
          const last = seen
          seen = shape.seenAfter(last, data)
          unreported = seen === last ? unreported + shape.outputBefore(data) : 0
        }
        const noted = error === undefined ? Effect.void : failed(error)
        // An error before any content, as it comes once the status is out.
        if (refused) return Effect.andThen(noted, claim.free)
        if (seen === undefined || seen === before) return noted
        return Effect.andThen(noted, seen.final ? claim.settle(seen.usage) : claim.seen(seen.usage))
      }),
      Stream.interruptWhen(silence(idleSeconds, () => lastWord)),
      // Tokens of whoever leaves before the count are guessed; their cost is what was reserved.
      Stream.ensuring(Effect.suspend(() =>
        seen === undefined || unreported === 0
          ? Effect.void
          : claim.seen({ ...seen.usage, output: seen.usage.output + unreported })
      ))
    )
  }))

/** Of a plain answer, kept beside until its end. */
const meteredPlain = <E>(bytes: Stream.Stream<Uint8Array, E>, shape: AnswerShape, claim: Let) =>
  Stream.suspend(() => {
    const kept: Array<Uint8Array> = []
    let size = 0
    let ended = false
    return bytes.pipe(
      Stream.tap((chunk) =>
        Effect.sync(() => {
          size += chunk.length
          if (size <= largestPlainAnswer) kept.push(chunk)
        })
      ),
      Stream.onEnd(Effect.suspend(() => {
        ended = true
        const usage = size > largestPlainAnswer ? undefined : shape.usageOf(Buffer.concat(kept).toString("utf8"))
        return usage === undefined ? Effect.void : claim.settle(usage)
      })),
      Stream.ensuring(Effect.suspend(() =>
        ended || size === 0 ? Effect.void : claim.seen({ ...nothingUsed, output: Math.ceil(size / 4) })
      ))
    )
  })

/** An answer on its way to the agent, counted beside; a stream that is silent for too long is cut. */
export const meterOf = (shape: AnswerShape): ModelDialect["meter"] => (bytes, answer) =>
  /^text\/event-stream\b/i.test(answer.contentType)
    ? meteredEvents(bytes, shape, answer)
    : meteredPlain(bytes, shape, answer.claim)
