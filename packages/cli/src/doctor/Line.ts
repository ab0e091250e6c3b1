/** One thing that the doctor looked at. */
export interface Line {
  readonly check: string
  readonly status: "ok" | "warn" | "fail"
  readonly found: string
  /** What to do next, where there is something. */
  readonly next?: string
}

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
