/** What is kept of a Workload: what Kueue says of the place of a Job in its queues. */
import type { ObjectCondition, Workload } from "@orchestrator/k8s/Objects"
import type { Identity } from "@orchestrator/k8s/Store"
import { named, shared, words } from "./Bounds.ts"
import { identityOf } from "./Identity.ts"

export interface WorkloadFacts extends Identity {
  /** The Job that it is about. */
  readonly job: { readonly name: string; readonly uid: string } | undefined
  /** Why it has no place yet. */
  readonly pending: Word | undefined
  /** Why its place was taken away; stays until it has another. */
  readonly evicted: Word | undefined
}

export interface Word {
  readonly reason: string
  readonly message: string
}

export const workloadFacts = ({ metadata, status }: Workload): WorkloadFacts => {
  const conditions = status?.conditions ?? []
  const job = metadata.ownerReferences?.find(({ kind }) => kind === "Job")
  const find = (type: string, value: "True" | "False") =>
    wordOf(conditions.find((each) => each.type === type && each.status === value))
  return {
    ...identityOf(metadata),
    job: job && { name: named(job.name), uid: named(job.uid) },
    pending: find("QuotaReserved", "False") ?? find("Admitted", "False"),
    evicted: find("Evicted", "True")
  }
}

const wordOf = (condition: ObjectCondition | undefined): Word | undefined =>
  condition === undefined
    ? undefined
    : { reason: shared(condition.reason ?? ""), message: words(condition.message ?? "") }
