/** Sums over runs as they are read; of each run no more is kept than what the report shows. */
import { isTerminal } from "@orchestrator/domain/Phase"
import { phaseOf } from "@orchestrator/domain/RunView"
import { toMillionth } from "@orchestrator/domain/Usage"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { type DateTime, Predicate, Record } from "effect"
import type { SpendingReport } from "../../contract/SpendingReport.ts"
import { addUsed, nothing, usageOf, type Used } from "./UsageOfRun.ts"

export interface Days {
  readonly since: string
  readonly until: string
}

/** What of one day, kind, service, GitHub user and model. */
export interface Row extends Used {
  readonly day: string
  readonly kind: string
  readonly service: string
  readonly githubUser: string
  readonly model: string
  runs: number
}

type Sum = Used & { runs: number }
type Share = SpendingReport["services"][number]
type SpentRun = SpendingReport["dearest"][number]
type Budget = SpendingReport["budgets"][number]

const mostShown = 10
const mostBudgets = 100

const textIn = (run: CustomObject, field: string): string => {
  const value = run.spec[field]
  return Predicate.isString(value) ? value : ""
}

const newSum = (): Sum => ({ ...nothing(), runs: 0 })

const shown = <A extends Sum>({ costEstimated, ...sum }: A) => ({ ...sum, ...(costEstimated ? { costEstimated } : {}) })

const byName = (left: Share, right: Share): number => left.name < right.name ? -1 : 1
const dearestFirst = (left: Share, right: Share): number => right.costUsd - left.costUsd || byName(left, right)

/** With what one run more has used. */
const addRun = (sum: Sum, used: Used): void => {
  addUsed(sum, used)
  sum.runs += 1
}

const makeShares = () => {
  const sums = new Map<string, Sum>()
  return {
    add: (name: string, used: Used) => {
      const sum = sums.get(name) ?? newSum()
      addRun(sum, used)
      sums.set(name, sum)
    },
    sorted: (order: (left: Share, right: Share) => number): ReadonlyArray<Share> =>
      [...sums].map(([name, sum]) => ({ name, ...shown(sum) })).sort(order)
  }
}

/** The greatest by a number, and no more than those. */
const makeTop = <A>(most: number, by: (value: A) => number) => {
  let kept: ReadonlyArray<A> = []
  return {
    add: (value: A) => {
      const last = kept.at(-1)
      if (kept.length >= most && last !== undefined && by(value) <= by(last)) return
      kept = [...kept, value].sort((left, right) => by(right) - by(left)).slice(0, most)
    },
    values: () => kept
  }
}

interface OfKind {
  readonly kind: string
  /** Undefined: not known. */
  readonly limitUsd: (run: CustomObject) => number | undefined
}

export const makeSpending = ({ since, until }: Days, now: DateTime.Utc) => {
  const total = newSum()
  const [days, services, githubUsers, models] = [makeShares(), makeShares(), makeShares(), makeShares()]
  const rows = new Map<string, Row>()
  const dearest = makeTop<SpentRun>(mostShown, ({ costUsd }) => costUsd)
  const slowest = makeTop<SpentRun>(mostShown, ({ seconds }) => seconds)
  const budgets = makeTop<Budget>(mostBudgets, ({ leftUsd }) => -leftUsd)

  const addRow = (row: Omit<Row, keyof Sum>, used: Used) => {
    const key = JSON.stringify([row.day, row.kind, row.service, row.githubUser, row.model])
    const sum = rows.get(key) ?? { ...row, ...newSum() }
    addRun(sum, used)
    rows.set(key, sum)
  }

  const add = ({ kind, limitUsd }: OfKind) => (run: CustomObject): void => {
    const usage = usageOf(run, now)
    const name = run.metadata.name ?? ""
    const phase = phaseOf(run)
    const limit = isTerminal(phase) ? undefined : limitUsd(run)
    if (limit !== undefined) {
      const spentUsd = usage.total.costUsd
      const leftUsd = toMillionth(Math.max(0, limit - spentUsd))
      budgets.add({ kind, name, limitUsd: limit, spentUsd, leftUsd })
    }
    const within = [...usage.days].filter(([day]) => since <= day && day <= until)
    if (within.length === 0) return
    const about = {
      service: textIn(run, "service"),
      githubUser: textIn(run, "githubUser"),
      model: textIn(run, "model")
    }
    const sum = nothing()
    for (const [day, used] of within) {
      addUsed(sum, used)
      days.add(day, used)
      addRow({ day, kind, ...about }, used)
    }
    addRun(total, sum)
    services.add(about.service, sum)
    githubUsers.add(about.githubUser.toLowerCase(), sum)
    models.add(about.model, sum)
    const { attempts, seconds, total: { costUsd } } = usage
    const spent = { kind, name, phase, ...Record.filter(about, (text) => text !== ""), attempts, seconds, costUsd }
    dearest.add(spent)
    slowest.add(spent)
  }

  return {
    add,
    rows: (): ReadonlyArray<Row> => [...rows].sort(([left], [right]) => left < right ? -1 : 1).map(([, row]) => row),
    report: (): SpendingReport => ({
      since,
      until,
      total: shown(total),
      days: days.sorted(byName),
      services: services.sorted(dearestFirst),
      githubUsers: githubUsers.sorted(dearestFirst),
      models: models.sorted(dearestFirst),
      dearest: dearest.values(),
      slowest: slowest.values(),
      budgets: budgets.values()
    })
  }
}
