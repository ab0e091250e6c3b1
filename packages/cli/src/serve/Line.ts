/** One thing that was looked at, by the doctor or by the server itself: the same findings. */
import type { Finding as Line } from "@orchestrator/http/contract/Installation"
import type { Finding } from "./StartChecks.ts"

export type { Line }

export const ok = (check: string, found: string): Line => ({ check, status: "ok", found })
export const warn = (check: string, found: string, next?: string): Line => ({
  check,
  status: "warn",
  found,
  ...(next === undefined ? {} : { next })
})
export const fail = (check: string, found: string, next?: string): Line => ({
  check,
  status: "fail",
  found,
  ...(next === undefined ? {} : { next })
})

export const hasFailed = (lines: ReadonlyArray<Line>): boolean => lines.some(({ status }) => status === "fail")

/** As `serve` finds them at its start. */
export const findingLines = (check: string, found: string, findings: ReadonlyArray<Finding>): ReadonlyArray<Line> =>
  findings.length === 0
    ? [ok(check, found)]
    : findings.map(({ blocks, message }) => (blocks ? fail : warn)(check, message))
