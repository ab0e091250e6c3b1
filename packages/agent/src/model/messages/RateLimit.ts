/** When a usage limit ends, from the headers of a 429: the CLI hides them, and a run that waits must know. */
import { retryAfterIn } from "@orchestrator/domain/RetryAfter"
import { Duration } from "effect"
import type { Headers } from "../ModelDialect.ts"

/** An account's own limit comes as a plain 400; only its text tells, and a day. */
const accountLimit = /API usage limits?\b.*?regain access on (\d{4}-\d\d-\d\d)(?: at (\d\d:\d\d) UTC)?/is

/** RFC 3339 time at which an account's own limit ends; undefined for words that speak of none. */
export const accountLimitEnd = (words: string): string | undefined => {
  const [, day, time = "00:00"] = accountLimit.exec(words) ?? []
  return day === undefined ? undefined : `${day}T${time}:00Z`
}

const epochSeconds = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{9,11}$/.test(text) ? Number(text) : undefined

/** RFC 3339 time, or seconds of the epoch, as such. */
const timeSeconds = (text: string | undefined, parse: (text: string) => number | undefined): number | undefined =>
  text === undefined ? undefined : epochSeconds(text) ?? parse(text)

/** Epoch seconds at which asking again makes sense; undefined when the headers do not say. */
export const resetOf = (
  headers: Headers,
  nowSeconds: number,
  parseTime: (text: string) => number | undefined
): number | undefined => {
  const unified = timeSeconds(headers["anthropic-ratelimit-unified-reset"], parseTime)
  if (unified !== undefined && headers["anthropic-ratelimit-unified-status"] !== "allowed") return unified
  const spent = Object.keys(headers)
    .filter((name) => /^anthropic-ratelimit-[\w-]+-remaining$/.test(name) && Number(headers[name]) === 0)
    .flatMap((name) => timeSeconds(headers[name.replace(/remaining$/, "reset")], parseTime) ?? [])
  if (spent.length > 0) return Math.max(...spent)
  const after = retryAfterIn(headers["retry-after"], nowSeconds * 1000)
  return after === undefined ? undefined : nowSeconds + Math.ceil(Duration.toSeconds(after))
}
