/** A Job with what is known of its pod. */
import { isNewer } from "@orchestrator/k8s/Store"
import type { JobFacts } from "./Job.ts"
import type { ObservedJob } from "./Observed.ts"
import { whole } from "./Packed.ts"
import type { PodFacts } from "./Pod.ts"
import { heldToSessions } from "./Reports.ts"
import type { WarningFacts } from "./Warning.ts"
import type { WorkloadFacts } from "./Workload.ts"

export interface Warnings {
  /** What the Job controller has against making its pod. */
  readonly refusals: ReadonlyArray<WarningFacts>
  /** What nodes meet before the pod's first container. */
  readonly ofPod: ReadonlyArray<WarningFacts>
  /** What Kueue says of it. */
  readonly workload?: WorkloadFacts | undefined
}

const noWarnings: Warnings = { refusals: [], ofPod: [] }

/** Whether the end of a pod may have yet to come: what it led the Job controller to is newer than all that the stream of pods has told. */
const isBehind = ({ end, resourceVersion }: JobFacts, pod: PodFacts | undefined, podsRevision: string): boolean =>
  end?.hadPod === true && pod?.over !== true && isNewer(resourceVersion, podsRevision)

/** `podsRevision`: how far the stream of pods has come. */
export const observeJob = (
  job: JobFacts,
  pod: PodFacts | undefined,
  { ofPod, refusals, workload }: Warnings = noWarnings,
  podsRevision?: string
): ObservedJob => {
  const podRefused = refusals[0]?.message
  const podWarning = warningOf(ofPod)
  return {
    ...whole(job),
    pod: pod && heldToSessions(whole(pod), job.sessions),
    ...(podsRevision !== undefined && isBehind(job, pod, podsRevision) ? { podBehind: true } : undefined),
    ...(workload === undefined ? undefined : { workload }),
    ...(podRefused === undefined ? undefined : { podRefused }),
    ...(podWarning === undefined ? undefined : { podWarning })
  }
}

/** What keeps a pod from its first container; a volume that is attached nowhere comes before what follows from that. */
const warningOf = (events: ReadonlyArray<WarningFacts>): ObservedJob["podWarning"] =>
  ["FailedAttachVolume", "FailedMount", "FailedCreatePodSandBox"].flatMap((reason) => {
    const message = events.findLast((event) => event.reason === reason)?.message
    return message === undefined ? [] : [{ reason, message }]
  })[0]
