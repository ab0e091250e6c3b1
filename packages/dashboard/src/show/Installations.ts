/** Figures of the System view. */
import type { Installation } from "@orchestrator/client/promises/Orchestrator"
import { figure } from "./Figures.ts"

type Limit = Installation["limits"][number]
type Delivery = Installation["deliveries"] & {}
type Finding = Installation["findings"][number]

/** `3 of 4`, `3, no limit`; of what is not counted `at most 100`. */
export const usedOf = ({ limit, used }: Pick<Limit, "limit" | "used">): string => {
  if (used === undefined) return limit === undefined ? "Not set" : `at most ${figure(limit)}`
  return limit === undefined ? `${used}, no limit` : `${used} of ${figure(limit)}`
}

export const isReached = ({ limit, used }: Pick<Limit, "limit" | "used">): boolean =>
  limit !== undefined && used !== undefined && used >= limit

export const toneOf = ({ status }: Pick<Finding, "status">): "good" | "warn" | "bad" =>
  status === "ok" ? "good" : status === "warn" ? "warn" : "bad"

export const findingWords: Readonly<Record<Finding["status"], string>> = {
  ok: "Good",
  warn: "Look at it",
  fail: "Broken"
}

/** What is broken first. */
export const worstFirst = (findings: ReadonlyArray<Finding>): ReadonlyArray<Finding> => {
  const order = { fail: 0, warn: 1, ok: 2 }
  return findings.toSorted((left, right) => order[left.status] - order[right.status])
}

export const deliveryTone = ({ status }: Pick<Delivery[number], "status">): "good" | "warn" | "bad" =>
  status < 400 ? "good" : status < 500 ? "warn" : "bad"
