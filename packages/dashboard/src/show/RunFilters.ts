/** The filters of a list as the page's address has them: the names are the API's, and mean what they mean there. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { millisOf } from "./Ages.ts"
import { rowOf, type RunRow } from "./RunRow.ts"
import { specField } from "./SpecField.ts"

export const filterNames = [
  "q",
  "kind",
  "phase",
  "reason",
  "service",
  "githubUser",
  "taskId",
  "workingDirectory",
  "createdAfter",
  "label"
] as const
export type FilterName = typeof filterNames[number]
export type Filters = Readonly<Partial<Record<FilterName, string>>>

/** Of the address; what is empty or given twice is not there. */
export const filtersIn = (query: Readonly<Record<string, string | Array<string> | undefined>>): Filters =>
  Object.fromEntries(
    filterNames.flatMap((name) => {
      const value = query[name]
      return typeof value === "string" && value !== "" ? [[name, value]] : []
    })
  )

const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()

const searched = ["service", "repositoryUrl", "workingDirectory", "githubUser", "prompt"]

const containing = (q: string) => {
  const words = q.toLowerCase()
  return (run: AnyRun): boolean =>
    [
      run.name,
      run.reason,
      run.message,
      run.status?.branch,
      run.status?.pullRequestUrl,
      ...searched.map((field) => specField(run.spec, field))
    ].some((text) => typeof text === "string" && text.toLowerCase().includes(words))
}

/** Whether a run is among those that are meant. Labels are for the server: answers do not have them. */
export const matcherOf = (filters: Filters): (run: AnyRun) => boolean => {
  const { createdAfter, githubUser, kind, phase, q, reason, service, taskId, workingDirectory } = filters
  const since = createdAfter === undefined ? undefined : millisOf(createdAfter) ?? Infinity
  const has = q === undefined ? undefined : containing(q)
  return (run) =>
    (kind === undefined || run.kind === kind)
    && (phase === undefined || run.phase === phase)
    && (reason === undefined || run.reason === reason)
    && (service === undefined || specField(run.spec, "service") === service)
    && (workingDirectory === undefined || specField(run.spec, "workingDirectory") === workingDirectory)
    && (taskId === undefined || String(specField(run.spec, "taskId") ?? "") === taskId)
    && (githubUser === undefined || same(String(specField(run.spec, "githubUser") ?? ""), githubUser))
    && (since === undefined || rowOf(run).createdMillis > since)
    && (has === undefined || has(run))
}

export const sorts = {
  "-createdAt": "Newest first",
  createdAt: "Oldest first",
  name: "Name",
  phase: "Phase",
  "-cost": "Dearest first",
  "-attempt": "Most attempts first"
} as const
export type Sort = keyof typeof sorts

export const sortIn = (value: unknown): Sort =>
  (Object.keys(sorts) as Array<Sort>).find((sort) => sort === value) ?? "-createdAt"

const phases = ["Running", "Pending", "Failed", "Cancelled", "Succeeded"]

const byName = (left: RunRow, right: RunRow): number => left.key < right.key ? -1 : left.key > right.key ? 1 : 0

const orders: Readonly<Record<Sort, (left: RunRow, right: RunRow) => number>> = {
  "-createdAt": (left, right) => right.createdMillis - left.createdMillis,
  createdAt: (left, right) => left.createdMillis - right.createdMillis,
  name: byName,
  phase: (left, right) => phases.indexOf(left.phase) - phases.indexOf(right.phase),
  "-cost": (left, right) => (right.cost ?? -1) - (left.cost ?? -1),
  "-attempt": (left, right) => Number.parseInt(right.attempt) - Number.parseInt(left.attempt)
}

/** Equal ones by name, so that nothing moves without a reason. */
export const orderOf = (sort: Sort) => (left: RunRow, right: RunRow): number =>
  orders[sort](left, right) || byName(left, right)
