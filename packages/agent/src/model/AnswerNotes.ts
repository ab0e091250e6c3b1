/** What the answers of a model API say beside their content, noted in the broker's report: usage limits. */
import { DateTime, Effect, Option } from "effect"
import type { BrokerReport } from "../broker/services/BrokerReport.ts"
import type { Headers, ModelDialect } from "./ModelDialect.ts"

/** An answer's own, or one that stands in a stream in place of its end. */
export interface Told {
  readonly status: number
  readonly headers: Headers
  readonly words: string
  readonly ownLimit?: ModelDialect["limit"]
}

const isoOf = (epochSeconds: number | undefined): string | undefined =>
  epochSeconds === undefined
    ? undefined
    : Option.getOrUndefined(Option.map(DateTime.make(epochSeconds * 1000), DateTime.formatIso))

export const makeAnswerNotes = (
  { read, update }: BrokerReport["Service"],
  dialect: ModelDialect
) => {
  const limitOf = Effect.fnUntraced(function*(told: Told) {
    const now = yield* DateTime.now
    const nowSeconds = Math.floor(now.epochMilliseconds / 1000)
    const own = told.ownLimit?.(told, nowSeconds)
    return { limit: own?.resetAt === undefined ? dialect.limit(told, nowSeconds) : own, now, nowSeconds }
  })

  return {
    limitOf,
    /** A limit that was met, with its end where that is known; an answer shows that none is in force any more. */
    limit: Effect.fnUntraced(function*(told: Told) {
      const { limit, now } = yield* limitOf(told)
      if (limit !== undefined) {
        const resetAt = isoOf(limit.resetAt)
        return yield* update((result) => ({
          ...result,
          limitedAt: DateTime.formatIso(now),
          ...(resetAt === undefined ? {} : { resetAt })
        }))
      }
      if (told.status >= 300 || (yield* read).resetAt === undefined) return
      yield* update(({ resetAt: _, ...result }) => result)
    })
  }
}
