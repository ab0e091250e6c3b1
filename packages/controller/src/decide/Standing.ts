/**
 * Where an attempt stands between the making of its Job and its end: whether the agent works, and what keeps it from that, in the words of
 * whoever knows (scheduler, kubelet, Job controller). Pure. What it says changes only with what is the matter, never with time or counts.
 */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { FailureReason, ProgressReason } from "@orchestrator/domain/Reason"
import { sentence } from "@orchestrator/domain/Text"
import type { DateTime } from "effect"
import { isFormer } from "../attempt/CurrentAttempt.ts"
import { isPast, schedulingUntil, startLimit, usualUntil } from "../attempt/StartClock.ts"
import type { ObservedJob } from "../facts/Observed.ts"
import type { PodFacts, Stuck } from "../facts/Pod.ts"
import { explainRefusal, type Refusal } from "./Refusal.ts"

export interface Standing {
  readonly begun: boolean
  readonly message: string
  /** What keeps it from going on; absent: nothing that anybody knows of. */
  readonly trouble?: Trouble
  /** Whether it is no more than a start that takes its time. */
  readonly usual?: boolean
  /** Whether it has been told to stop since the run is cancelled. */
  readonly cancelling?: boolean
}

export interface Trouble {
  readonly reason: ProgressReason
  /** How the run ends when this lasts, and what a person then does; absent: it is waited for without end. */
  readonly failure?: { readonly reason: FailureReason; readonly advice: string }
  /** Whether time alone may mend it: a free node, a place in the quota, an image on its way. */
  readonly mayPass?: boolean
}

export const standingOf = (job: ObservedJob, now: DateTime.Utc): Standing => {
  const begun = job.pod?.begun === true
  if (job.stopping !== undefined) {
    const isCancelled = job.stopping === "Cancelled"
    return { begun, message: stopping[job.stopping], ...(isCancelled ? { cancelling: true } : {}) }
  }
  if (job.suspended && job.queue !== undefined) return { begun: false, message: queuedMessage(job, job.queue) }
  if (job.suspended) {
    return {
      begun: false,
      message: `The Job ${job.name} was suspended by someone else. Set its spec.suspend to false to continue.`,
      trouble: { reason: "Suspended" }
    }
  }
  return job.pod === undefined || isFormer(job, job.pod) ? withoutPod(job) : withPod(job, job.pod, now)
}

/** Why a Job that Kueue has suspended waits, in Kueue's words. */
export const queuedMessage = ({ name, workload }: ObservedJob, queue: string): string => {
  const said = workload?.pending ?? workload?.evicted
  return said === undefined || said.message === ""
    ? `The Job ${name} waits in the LocalQueue ${queue}; Kueue has said nothing of it yet.`
    : `The Job ${name} waits in the LocalQueue ${queue}: ${sentence(said.message)}`
}

/** When a start that stands so ends the run; undefined: it is waited for. */
export const startDeadline = (
  job: ObservedJob,
  { begun, trouble }: Standing,
  config: OrchestratorConfig
): DateTime.Utc | undefined =>
  begun || trouble?.failure === undefined ? undefined : startLimit(job, config, trouble.mayPass === true)

const stopping: Readonly<Record<NonNullable<ObservedJob["stopping"]>, string>> = {
  Cancelled: "The run is being cancelled: stopping the agent and saving its work.",
  DeadlineExceeded: "The attempt has reached its time limit: stopping the agent and saving its work.",
  Finished: "The agent has ended; stopping the containers that others added to its pod."
}

const withoutPod = ({ name, namespace, podRefused }: ObservedJob): Standing => {
  if (podRefused === undefined) return { begun: false, message: `The Job ${name} has no pod yet.`, usual: true }
  const refusal = explainRefusal("pod", podRefused)
  return startWithout(
    refusal,
    { reason: "PodRefused", advice: `See kubectl describe job ${name} -n ${namespace}.` },
    namespace
  )
}

/** Of an attempt that the cluster refuses a part of; `failure` is how it ends where no quota is the cause, which time may mend. */
export const startWithout = (
  { message, reason }: Refusal,
  failure: NonNullable<Trouble["failure"]>,
  namespace: string
): Standing => ({
  begun: false,
  message,
  trouble: reason === "QuotaExceeded"
    ? { reason, mayPass: true, failure: { reason, advice: `See kubectl describe resourcequota -n ${namespace}.` } }
    : { reason, mayPass: false, failure }
})

const withPod = (job: ObservedJob, pod: PodFacts, now: DateTime.Utc): Standing => {
  if (pod.deleting && !pod.over) {
    return {
      begun: pod.begun,
      message: `The pod ${pod.name} is being deleted by someone else.`,
      trouble: { reason: "PodDeleted" }
    }
  }
  if (!pod.begun) return { begun: false, ...starting(job, pod, now) }
  return pod.unreachable
    ? {
      begun: true,
      message: `The node${
        pod.node === undefined ? "" : ` ${pod.node}`
      } of the pod ${pod.name} is not responding; whether the agent is running is unknown.`,
      trouble: { reason: "NodeNotReady" }
    }
    : { begun: true, message: agentRuns(job) }
}

/** All that is known from outside: what the container has begun with is its own business. */
const agentRuns = ({ name }: ObservedJob): string =>
  `The agent's container is running in the Job ${name}: setup first, then the agent.`

const starting = (job: ObservedJob, pod: PodFacts, now: DateTime.Utc): Omit<Standing, "begun"> => {
  const see = `See kubectl describe pod ${pod.name} -n ${job.namespace}.`
  const isYoung = !isPast(now, schedulingUntil(job) ?? now)
  if (pod.stuck !== undefined && !isYoung) return stuckOn(pod.stuck, job, see)
  // The files are made after their Job: for as long as a usual start takes, that a node does not find them yet is nothing to tell.
  const awaitsFiles = /configmap/i.test(job.podWarning?.message ?? "") && !isPast(now, usualUntil(job) ?? now)
  if (!pod.prepared && job.podWarning !== undefined && !awaitsFiles) return unprepared(job, job.podWarning, pod, see)
  // One sentence for all of a slow start: each of its own would be another write.
  const message = pod.onNode
    ? `The pod ${pod.name} is scheduled; its node is pulling images and starting containers.`
    : `The pod ${pod.name} is waiting for a node.`
  return {
    message,
    usual: true,
    trouble: { reason: "NotStarted", mayPass: true, failure: { reason: "SetupFailed", advice: see } }
  }
}

const images: ReadonlySet<string> = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed"
])

const stuckOn = (stuck: Stuck, job: ObservedJob, see: string): Omit<Standing, "begun"> => {
  if (stuck.container === undefined) return unscheduled(stuck, job, see)
  if (stuck.reason === "BrokerFailed") {
    return {
      message: sentence(`The run's broker failed to start: ${stuck.message}`),
      trouble: {
        reason: "BrokerFailed",
        failure: { reason: stuck.missing === true ? "SecretMissing" : "SetupFailed", advice: see }
      }
    }
  }
  if (images.has(stuck.reason)) {
    return {
      message: about(`Cannot pull the image of the container ${stuck.container}`, causeOf(stuck)),
      trouble: {
        reason: stuck.reason === "InvalidImageName" ? "InvalidImageName" : "ImagePullBackOff",
        failure: {
          reason: "ImagePullFailed",
          advice:
            "Check agent.image and agent.imagePullSecrets; for a private registry: kubectl create secret docker-registry " +
            `NAME -n ${job.namespace} --docker-server=HOST --docker-username=USER --docker-password=TOKEN.`
        }
      }
    }
  }
  const message = about(`Cannot create the container ${stuck.container}`, stuck.message)
  return isSecret(stuck.message)
    ? { message, trouble: secretMissing(stuck.message, job.namespace) }
    : { message, trouble: { reason: "ContainerNotMade", failure: { reason: "SetupFailed", advice: see } } }
}

const about = (what: string, words: string): string => words === "" ? `${what}.` : sentence(`${what}: ${words}`)

/** Between two tries the kubelet says that it waits; newer ones say for what. */
const causeOf = ({ message, reason }: Stuck): string =>
  message.replace(/^Back-off pulling image "[^"]*"(?::\s*)?/, "").replace(/^ErrImagePull:\s*/, "")
    .replace(new RegExp(`^${reason}$`), "").trim()

const isSecret = (words: string): boolean => /\bsecrets?\b/i.test(words)

const secretMissing = (words: string, namespace: string): Trouble => {
  const name = /secrets? "([^"]+)"|Secret (?:[^/\s]+\/)?([^\s:]+)/.exec(words)
  const key = /key ([^\s:]+) in Secret/.exec(words)?.[1] ?? "KEY"
  return {
    reason: "SecretMissing",
    failure: {
      reason: "SecretMissing",
      advice: `kubectl create secret generic ${
        name?.[1] ?? name?.[2] ?? "NAME"
      } -n ${namespace} --from-literal=${key}=VALUE.`
    }
  }
}

const unscheduled = ({ message: words, reason }: Stuck, job: ObservedJob, see: string): Omit<Standing, "begun"> => {
  if (reason === "SchedulingGated") {
    return {
      message: about("The pod has a scheduling gate", words),
      trouble: { reason: "SchedulingGated" }
    }
  }
  const isClaim = /persistentvolumeclaim|volume/i.test(words)
  return isClaim
    ? {
      message: about("The pod's workspace is not ready", words),
      trouble: {
        reason: "ClaimPending",
        mayPass: true,
        failure: {
          reason: "VolumeNotAttached",
          advice: `Check storage.storageClassName, and kubectl describe pvc -n ${job.namespace}.`
        }
      }
    }
    : {
      message: about("No node can run the pod", words),
      trouble: {
        reason: "Unschedulable",
        mayPass: true,
        failure: {
          reason: "Unschedulable",
          advice: `Check agent.resources, agent.nodeSelector and agent.tolerations; ${see.replace("See ", "see ")}`
        }
      }
    }
}

const unprepared = (
  { namespace }: ObservedJob,
  { message: words, reason }: NonNullable<ObservedJob["podWarning"]>,
  pod: PodFacts,
  see: string
): Omit<Standing, "begun"> => {
  if (reason === "FailedCreatePodSandBox") {
    return {
      message: about(`The node cannot create the sandbox of the pod ${pod.name}`, words),
      trouble: { reason: "SandboxFailed", failure: { reason: "SetupFailed", advice: see } }
    }
  }
  const message = about(`The node cannot mount the volumes of the pod ${pod.name}`, words)
  return {
    message,
    trouble: isSecret(words)
      ? secretMissing(words, namespace)
      : { reason: "VolumeNotAttached", failure: { reason: "VolumeNotAttached", advice: see } }
  }
}
