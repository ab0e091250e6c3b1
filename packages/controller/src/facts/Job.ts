/** What is kept of a Job: whose it is, which attempt it is, and what became of it. */
import { queueLabel } from "@orchestrator/domain/Kueue"
import {
  jobFinalizer,
  ourLabels,
  releasedLabel,
  retryAnnotation,
  runUidLabel,
  specAnnotation,
  stopAnnotation,
  timeoutAnnotation
} from "@orchestrator/domain/Labels"
import { brokerNames, filesDigestVariable, runnerNames } from "@orchestrator/domain/PodEnvironment"
import {
  agentContainer,
  brokerContainer,
  evidenceVolume,
  filesVolume,
  prepareContainer
} from "@orchestrator/domain/PodParts"
import type { AttemptKey } from "@orchestrator/domain/Retry"
import { shardNumberOf } from "@orchestrator/domain/Shards"
import type { Job, Metadata, ObjectCondition, PodSpec } from "@orchestrator/k8s/Objects"
import type { Identity } from "@orchestrator/k8s/Store"
import { markOf, mostEntries, named, namedIf, shared, words } from "./Bounds.ts"
import { identityOf, ownersOf, runUidOf } from "./Identity.ts"
import { type RunKey, runsOf } from "./RunKey.ts"

export interface JobFacts extends Identity {
  /** Number of the shard whose it is. */
  readonly shard: number
  readonly runUid: string
  /** UIDs of its owners. */
  readonly owners: ReadonlyArray<string>
  readonly runs: ReadonlyArray<RunKey>
  readonly attempt: AttemptKey
  /** Whether it has the labels by which it is followed. */
  readonly labelled: boolean
  /** Whether it was let go of for good, with nobody to store its result. */
  readonly released?: true
  readonly deleting: boolean
  /** Whether it is being deleted without its pods. */
  readonly orphaning: boolean
  /** Whether our finalizer is still on it. */
  readonly held: boolean
  /** Where it stands in the list of finalizers; -1 when it does not. */
  readonly finalizerIndex: number
  /** RFC 3339 time of its creation. */
  readonly createdAt: string | undefined
  /** Kueue's LocalQueue that it is in: Kueue suspends it, and lets it go on. */
  readonly queue?: string
  /** Whether somebody has suspended it: nothing of it runs then, and no time of its own passes. */
  readonly suspended: boolean
  /** RFC 3339 time at which it was let go on last, after having been suspended. */
  readonly resumedAt: string | undefined
  /** Why we asked it to stop. */
  readonly stopping: StopReason | undefined
  /** Seconds that its agent may work; absent on Jobs of older installations, which have their own deadline alone. */
  readonly timeoutSeconds: number | undefined
  /** Hash of the spec that it was made from. */
  readonly specHash: string | undefined
  /** Whether its pod has a broker: then the broker's word on delivery and spend is the only one. */
  readonly brokered: boolean
  /** What its agent may cost, in USD; absent on Jobs that do not say it. */
  readonly maxCostUsd?: number
  /** Whose it was when it was made, as its labels say. */
  readonly githubUser?: string
  readonly service?: string
  /** Its ConfigMap. */
  readonly files: FilesReference | undefined
  /** Claim of the workspace that it mounts. */
  readonly claim: string | undefined
  /** Sessions that it handed to its runner. */
  readonly sessions: ReadonlyArray<string>
  readonly end: JobEnd | undefined
  /** How it will fail once its pods are over. */
  readonly failing: JobEnd | undefined
}

/** The ConfigMap with the files of an attempt. */
export interface FilesReference {
  readonly name: string
  /** Absent in Jobs of older versions, whose pods read the ConfigMap without a look at it. */
  readonly digest?: string
}

/** Cancelled: a person or a newer version. Finished: the agent has ended, and something else in its pod has not. */
export type StopReason = "Cancelled" | "DeadlineExceeded" | "Finished"

/** The Job controller's last word. */
export interface JobEnd {
  readonly succeeded: boolean
  /** Reason of the Failed condition: BackoffLimitExceeded, DeadlineExceeded, PodFailurePolicy, ... */
  readonly reason: string
  readonly message: string
  /** RFC 3339 time at which it was said. */
  readonly at: string | undefined
  /** Whether the Job controller has counted a pod: a Job without one leaves nothing to read. */
  readonly hadPod: boolean
}

/** What the pod template says never changes: it is read once for each Job. */
export const jobFacts = ({ metadata, spec, status }: Job, before?: JobFacts): JobFacts => {
  const isKnown = before !== undefined && before.uid !== "" && before.uid === metadata.uid
  const made = isKnown ? before : templateFacts(spec.template.spec)
  const conditions = status?.conditions ?? []
  const finalizerIndex = metadata.finalizers?.indexOf(jobFinalizer) ?? -1
  return {
    ...identityOf(metadata),
    shard: shardNumberOf(metadata.labels),
    runUid: runUidOf(metadata),
    owners: ownersOf(metadata),
    runs: runsOf(metadata),
    attempt: attemptIn(metadata),
    labelled: isLabelled(metadata),
    deleting: metadata.deletionTimestamp !== undefined,
    orphaning: metadata.finalizers?.includes("orphan") === true,
    held: finalizerIndex >= 0,
    ...(metadata.labels?.[releasedLabel] === undefined ? {} : { released: true }),
    finalizerIndex,
    createdAt: namedIf(metadata.creationTimestamp),
    ...queueIn(metadata),
    suspended: spec.suspend === true,
    resumedAt: namedIf(
      conditions.find(({ status, type }) => type === "Suspended" && status === "False")?.lastTransitionTime
    ),
    stopping: stopReasonOf(markOf(metadata.annotations, stopAnnotation)),
    timeoutSeconds: Number(markOf(metadata.annotations, timeoutAnnotation)) || undefined,
    specHash: markOf(metadata.annotations, specAnnotation),
    brokered: made.brokered,
    ...(made.maxCostUsd === undefined ? {} : { maxCostUsd: made.maxCostUsd }),
    ...requesterOn(metadata),
    files: made.files,
    claim: made.claim,
    sessions: made.sessions,
    end: endOf(conditions, "Complete", status) ?? endOf(conditions, "Failed", status),
    failing: endOf(conditions, "FailureTarget", status)
  }
}

const queueIn = ({ labels }: Metadata): Pick<JobFacts, "queue"> => {
  const queue = markOf(labels, queueLabel)
  return queue === undefined ? {} : { queue: shared(queue) }
}

const requesterOn = ({ labels }: Metadata): Pick<JobFacts, "githubUser" | "service"> => {
  const githubUser = markOf(labels, "github-user")
  const service = markOf(labels, "service-name")
  return {
    ...(githubUser === undefined ? {} : { githubUser: shared(githubUser) }),
    ...(service === undefined ? {} : { service: shared(service) })
  }
}

const marks = Object.entries(ourLabels)

const isLabelled = ({ labels = {} }: Metadata): boolean =>
  marks.every(([name, value]) => labels[name] === value) && labels[runUidLabel] !== undefined

const attemptIn = ({ annotations, labels }: Metadata): AttemptKey => ({
  contextVersion: Number(markOf(labels, "context-version") ?? 1) || 1,
  retry: Number(markOf(annotations, retryAnnotation) ?? 0) || 0
})

const templateFacts = (
  spec: PodSpec
): Pick<JobFacts, "brokered" | "maxCostUsd" | "files" | "claim" | "sessions"> => ({
  brokered: [...spec.initContainers ?? [], ...spec.containers].some(({ name }) => name === brokerContainer),
  ...maxCostIn(spec),
  files: filesIn(spec),
  claim: claimIn(spec),
  sessions: sessionsIn(spec)
})

/** The broker's, else that of the runner, which is told it where there is no broker. */
const maxCostIn = ({ containers, initContainers = [] }: PodSpec): Pick<JobFacts, "maxCostUsd"> => {
  const given = [...initContainers, ...containers]
    .filter(({ name }) => name === brokerContainer || name === agentContainer)
    .flatMap(({ env = [] }) => env.filter(({ name }) => name === brokerNames.maxCostUsd))
    .map(({ value }) => Number(value))
    .find((usd) => Number.isFinite(usd) && usd > 0)
  return given === undefined ? {} : { maxCostUsd: given }
}

/** Older versions mounted the ConfigMap as `config`, which now is what `prepare` has checked. */
const oldFilesVolume = "config"

const filesIn = ({ initContainers = [], volumes = [] }: PodSpec): FilesReference | undefined => {
  const mapOf = (volume: string) => volumes.find(({ name }) => name === volume)?.configMap?.name
  const name = mapOf(filesVolume) ?? mapOf(oldFilesVolume)
  const digest = initContainers.find(({ name }) => name === prepareContainer)
    ?.env?.find(({ name }) => name === filesDigestVariable)?.value
  return name === undefined
    ? undefined
    : { name: named(name), ...(digest === undefined ? {} : { digest: named(digest) }) }
}

/** The claim of the workspace that a pod mounts; ours have one at most. */
export const claimIn = ({ volumes = [] }: PodSpec): string | undefined =>
  namedIf(
    volumes.filter(({ name }) => name !== evidenceVolume)
      .map((volume) => volume.persistentVolumeClaim?.claimName).find((name) => name !== undefined)
  )

/** The variables that hand a session to the runner: one to begin, one to take up again. */
const sessionVariables: ReadonlySet<string> = new Set([runnerNames.sessionId, runnerNames.resumeSessionId])

const sessionsIn = ({ containers }: PodSpec): ReadonlyArray<string> =>
  containers.filter(({ name }) => name === agentContainer)
    .flatMap(({ env = [] }) =>
      env.flatMap(({ name, value }) => value !== undefined && sessionVariables.has(name) ? named(value) : [])
    ).slice(0, mostEntries)

/** Older installations said only that they had. */
const stopReasonOf = (said: string | undefined): StopReason | undefined =>
  said === undefined || said === "DeadlineExceeded" || said === "Finished" ? said : "Cancelled"

/** What announces Complete or Failed is no end, since pods may still be there. */
const endOf = (
  conditions: ReadonlyArray<ObjectCondition>,
  type: "Complete" | "Failed" | "FailureTarget",
  status: Job["status"]
): JobEnd | undefined => {
  const end = conditions.find((each) => each.type === type && each.status === "True")
  if (end === undefined) return undefined
  const succeeded = type === "Complete"
  return {
    succeeded,
    reason: shared(end.reason ?? (succeeded ? "Completed" : "Failed")),
    message: words(end.message ?? ""),
    at: namedIf(end.lastTransitionTime),
    hadPod: (status?.succeeded ?? 0) + (status?.failed ?? 0) > 0
  }
}
