/** Jobs as `kubectl get jobs` shows them. */
import type { Job } from "@orchestrator/k8s/Objects"
import { spanOf } from "../HumanDuration.ts"
import { ageColumn } from "./AgeColumn.ts"
import { type Column, column, joined, nameColumn, none, wide } from "./Column.ts"

const has = (job: Job, type: string): boolean =>
  job.status?.conditions?.some((condition) => condition.type === type && condition.status === "True") === true

/** Ends first, then what leads to them. */
const states = [
  ["Complete", "Complete"],
  ["Failed", "Failed"],
  ["Suspended", "Suspended"],
  ["FailureTarget", "FailureTarget"],
  ["SuccessCriteriaMet", "SuccessCriteriaMet"]
] as const

export const jobStatus = (job: Job): string => {
  const [ended] = states.slice(0, 2).filter(([type]) => has(job, type))
  if (ended !== undefined) return ended[1]
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating"
  return states.find(([type]) => has(job, type))?.[1] ?? "Running"
}

const completions = ({ spec, status }: Job): string => {
  const succeeded = status?.succeeded ?? 0
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`
  return (spec.parallelism ?? 1) > 1 ? `${succeeded}/1 of ${spec.parallelism}` : `${succeeded}/1`
}

const duration = ({ status }: Job, now: number): string => {
  const failed = status?.conditions?.find(({ status, type }) => type === "Failed" && status === "True")
  return spanOf(status?.startTime, status?.completionTime ?? failed?.lastTransitionTime, now)
}

const selector = ({ spec }: Job): string => {
  const labels = Object.entries(spec.selector?.matchLabels ?? {})
  return labels.length === 0 ? none : labels.map(([key, value]) => `${key}=${value}`).join(",")
}

export const jobColumns: ReadonlyArray<Column<Job>> = [
  nameColumn,
  column("Status", "How the job is, by its conditions", jobStatus),
  column("Completions", "Pods that succeeded, of those wanted", completions),
  column("Duration", "Time from its start to its end, or to now", duration),
  ageColumn,
  wide(
    "Containers",
    "Names of the containers",
    ({ spec }) => joined(spec.template.spec.containers.map(({ name }) => name))
  ),
  wide(
    "Images",
    "Images of the containers",
    ({ spec }) => joined(spec.template.spec.containers.map(({ image }) => image))
  ),
  wide("Selector", "Labels by which it knows its pods", selector)
]
