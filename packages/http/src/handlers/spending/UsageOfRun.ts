/** What one run has used on which day, and how long it took, as its attempts say; whatever else its status holds. Pure. */
import { isTerminal } from "@orchestrator/domain/Phase"
import { phaseOf } from "@orchestrator/domain/RunView"
import { toMillionth } from "@orchestrator/domain/Usage"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { DateTime, Option, Predicate } from "effect"

export interface Used {
  costUsd: number
  costEstimated: boolean
  inputTokens: number
  outputTokens: number
  turns: number
}

const counted = ["costUsd", "inputTokens", "outputTokens", "turns"] as const

export const nothing = (): Used => ({ costUsd: 0, costEstimated: false, inputTokens: 0, outputTokens: 0, turns: 0 })

export const addUsed = (sum: Used, more: Used): void => {
  for (const key of counted) sum[key] = toMillionth(sum[key] + more[key])
  sum.costEstimated ||= more.costEstimated
}

const field = (value: unknown, name: string): unknown =>
  Predicate.isObject(value) ? Reflect.get(value, name) : undefined

const usedIn = (usage: unknown): Used => {
  const used = nothing()
  for (const key of counted) {
    const value = field(usage, key)
    if (Predicate.isNumber(value) && Number.isFinite(value) && value > 0) used[key] = toMillionth(value)
  }
  used.costEstimated = field(usage, "costEstimated") === true
  return used
}

const isNothing = (used: Used): boolean => counted.every((key) => used[key] === 0)

const timeIn = (value: unknown, name: string): DateTime.Utc | undefined => {
  const text = field(value, name)
  return Predicate.isString(text)
    ? Option.getOrUndefined(Option.map(DateTime.make(text), DateTime.toUtc))
    : undefined
}

export interface RunUsage {
  /** By day in UTC. */
  readonly days: ReadonlyMap<string, Used>
  /** Of all days. */
  readonly total: Used
  readonly attempts: number
  readonly seconds: number
}

/** What the status sums up beyond the attempts that it still knows was used before them: it counts on the day on which the first began. */
export const usageOf = (run: CustomObject, now: DateTime.Utc): RunUsage => {
  const list = field(run.status, "attempts")
  const attempts: ReadonlyArray<unknown> = Array.isArray(list) ? list : []
  const days = new Map<string, Used>()
  const note = (time: DateTime.Utc | undefined, used: Used) => {
    if (time === undefined || isNothing(used)) return
    const day = DateTime.formatIsoDateUtc(time)
    const sum = days.get(day) ?? nothing()
    addUsed(sum, used)
    days.set(day, sum)
  }
  const known = nothing()
  let seconds = 0
  const works = !isTerminal(phaseOf(run))
  for (const attempt of attempts) {
    const used = usedIn(field(attempt, "usage"))
    const began = timeIn(attempt, "startedAt")
    const ended = timeIn(attempt, "finishedAt") ?? (works && attempt === attempts.at(-1) ? now : undefined)
    addUsed(known, used)
    note(ended ?? began, used)
    if (began !== undefined && ended !== undefined) {
      seconds += Math.max(0, DateTime.toEpochMillis(ended) - DateTime.toEpochMillis(began)) / 1000
    }
  }
  const total = usedIn(field(run.status, "usage"))
  const before = nothing()
  for (const key of counted) before[key] = toMillionth(Math.max(0, total[key] - known[key]))
  before.costEstimated = total.costEstimated && !known.costEstimated
  note(timeIn(attempts[0], "startedAt") ?? timeIn(run.metadata, "creationTimestamp"), before)
  const whole = nothing()
  for (const used of days.values()) addUsed(whole, used)
  return { days, total: whole, attempts: attempts.length, seconds: Math.round(seconds) }
}
