/** The bytes of an answer on their way to the agent, counted beside: what the API says that it used settles what was reserved for it. */
import { millisOf, monotonicMillis } from "@orchestrator/domain/Monotonic"
import { Clock, Effect, Stream } from "effect"
import type { Let } from "../ModelDialect.ts"
import { sseReader } from "./Sse.ts"
import { isError, isPing, outputBefore, type Seen, seenAfter, usageOf, usageOfPart } from "./Usage.ts"

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

/** Of an event stream, which is cut when it has been silent for too long. */
export const meteredEvents = <E>(bytes: Stream.Stream<Uint8Array, E>, claim: Let, idleSeconds: number) =>
  Stream.unwrap(Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const now = () => millisOf(clock.monotonicTimeNanosUnsafe())
    const reader = sseReader()
    let seen: Seen | undefined
    let unreported = 0
    let begun = false
    let lastWord = now()
    return bytes.pipe(
      Stream.tap((chunk) => {
        const before = seen
        let refused = false
        for (const data of reader.read(chunk)) {
          if (!isPing(data)) {
            lastWord = now()
            refused ||= !begun && isError(data)
            begun = true
          }
          const last = seen
          seen = seenAfter(last, data)
          unreported = seen === last ? unreported + outputBefore(data) : 0
        }
        // An error before any content, as it comes once the status is out.
        if (refused) return claim.free
        if (seen === undefined || seen === before) return Effect.void
        return seen.final ? claim.settle(seen.usage) : claim.seen(seen.usage)
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
export const meteredPlain = <E>(bytes: Stream.Stream<Uint8Array, E>, claim: Let) =>
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
        const usage = size > largestPlainAnswer ? undefined : usageOf(Buffer.concat(kept).toString("utf8"))
        return usage === undefined ? Effect.void : claim.settle(usage)
      })),
      Stream.ensuring(Effect.suspend(() => ended || size === 0 ? Effect.void : claim.seen(usageOfPart(size))))
    )
  })
