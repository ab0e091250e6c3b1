/** Where an attempt stands, in all that is said of it: the cause, how it ends when that lasts, and what a person does. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import { type Standing, standingOf } from "../../src/decide/Standing.ts"
import type { ObservedJob } from "../../src/facts/Observed.ts"
import { makeJob, makePod, startingPod, stuckPod } from "../fixtures/Jobs.ts"
import { jobName, namespace } from "../fixtures/Runs.ts"
import { now } from "../fixtures/Statuses.ts"

const podName = `${jobName}-x7k2p`
const see = `See kubectl describe pod ${podName} -n ${namespace}.`
const secret = (name: string, key = "KEY") => ({
  reason: "SecretMissing" as const,
  failure: {
    reason: "SecretMissing" as const,
    advice: `kubectl create secret generic ${name} -n ${namespace} --from-literal=${key}=VALUE.`
  }
})
const setup = { reason: "SetupFailed", advice: see } as const
const pull = {
  reason: "ImagePullFailed",
  advice:
    "Check agent.image and agent.imagePullSecrets; for a private registry: kubectl create secret docker-registry " +
    `NAME -n ${namespace} --docker-server=HOST --docker-username=USER --docker-password=TOKEN.`
} as const
const backOff = { reason: "ImagePullBackOff", failure: pull } as const
const cannotPull = "Cannot pull the image of the container claude"
const notMade = "Cannot create the container claude"

const unscheduled = (reason: string, message: string) => startingPod({ onNode: false, stuck: { reason, message } })
const warned = (reason: string, message: string, changes: Parameters<typeof startingPod>[0] = {}) => ({
  pod: startingPod({ prepared: false, ...changes }),
  podWarning: { reason, message }
})
const broker = (missing?: true) => ({
  pod: startingPod({
    stuck: { reason: "BrokerFailed", message: "no key", container: "broker", ...(missing && { missing }) }
  })
})
/** Made just now. */
const young = "2026-03-01T09:59:55Z"

describe("an attempt", () => {
  it.each<{ name: string; job: Partial<ObservedJob>; want: Standing }>([
    {
      name: "without a pod",
      job: {},
      want: { begun: false, message: `The Job ${jobName} has no pod yet.`, usual: true }
    },
    {
      name: "whose pod a policy refuses",
      job: { podRefused: "pods \"x\" is forbidden: denied" },
      want: {
        begun: false,
        message:
          "The cluster rejected the run's pod: denied. Check the orchestrator's permissions and the namespace's policies.",
        trouble: {
          reason: "Refused",
          mayPass: false,
          failure: { reason: "PodRefused", advice: `See kubectl describe job ${jobName} -n ${namespace}.` }
        }
      }
    },
    {
      name: "whose pod a quota refuses",
      job: { podRefused: "pods \"x\" is forbidden: exceeded quota: few" },
      want: {
        begun: false,
        message:
          "The cluster rejected the run's pod: exceeded quota: few. Raise the namespace's ResourceQuota, or wait for " +
          "other runs to end.",
        trouble: {
          reason: "QuotaExceeded",
          mayPass: true,
          failure: { reason: "QuotaExceeded", advice: `See kubectl describe resourcequota -n ${namespace}.` }
        }
      }
    },
    {
      name: "that somebody has suspended",
      job: { suspended: true },
      want: {
        begun: false,
        message: `The Job ${jobName} was suspended by someone else. Set its spec.suspend to false to continue.`,
        trouble: { reason: "Suspended" }
      }
    },
    {
      name: "that is told to stop, though it is suspended",
      job: { suspended: true, stopping: "Finished", pod: makePod() },
      want: { begun: true, message: "The agent has ended; stopping the containers that others added to its pod." }
    },
    {
      name: "whose time is over",
      job: { stopping: "DeadlineExceeded", pod: makePod() },
      want: { begun: true, message: "The attempt has reached its time limit: stopping the agent and saving its work." }
    },
    {
      name: "that is cancelled before its agent began",
      job: { stopping: "Cancelled", pod: startingPod() },
      want: {
        begun: false,
        cancelling: true,
        message: "The run is being cancelled: stopping the agent and saving its work."
      }
    },
    {
      name: "whose pod is from before it was suspended",
      job: { resumedAt: "2026-03-01T09:30:00Z", pod: makePod() },
      want: { begun: false, message: `The Job ${jobName} has no pod yet.`, usual: true }
    },
    {
      name: "whose pod somebody deletes while the agent works",
      job: { pod: makePod({ deleting: true }) },
      want: {
        begun: true,
        message: `The pod ${podName} is being deleted by someone else.`,
        trouble: { reason: "PodDeleted" }
      }
    },
    {
      name: "whose pod was deleted and is over",
      job: { pod: makePod({ deleting: true, over: true }) },
      want: {
        begun: true,
        message: `The agent's container is running in the Job ${jobName}: setup first, then the agent.`
      }
    },
    {
      name: "whose node does not answer",
      job: { pod: makePod({ unreachable: true }) },
      want: {
        begun: true,
        message: `The node node-1 of the pod ${podName} is not responding; whether the agent is running is unknown.`,
        trouble: { reason: "NodeNotReady" }
      }
    },
    {
      name: "that starts",
      job: { createdAt: young, pod: startingPod({ createdAt: young }) },
      want: {
        begun: false,
        message: `The pod ${podName} is scheduled; its node is pulling images and starting containers.`,
        trouble: { reason: "NotStarted", mayPass: true, failure: setup },
        usual: true
      }
    },
    {
      name: "that waits for a node",
      job: { pod: startingPod({ onNode: false }) },
      want: {
        begun: false,
        message: `The pod ${podName} is waiting for a node.`,
        trouble: { reason: "NotStarted", mayPass: true, failure: setup },
        usual: true
      }
    },
    {
      name: "that a queue holds back",
      job: { pod: unscheduled("SchedulingGated", "") },
      want: { begun: false, message: "The pod has a scheduling gate.", trouble: { reason: "SchedulingGated" } }
    },
    {
      name: "whose claim is not bound",
      job: { pod: unscheduled("Unschedulable", "unbound PersistentVolumeClaims") },
      want: {
        begun: false,
        message: "The pod's workspace is not ready: unbound PersistentVolumeClaims.",
        trouble: {
          reason: "ClaimPending",
          mayPass: true,
          failure: {
            reason: "VolumeNotAttached",
            advice: `Check storage.storageClassName, and kubectl describe pvc -n ${namespace}.`
          }
        }
      }
    },
    {
      name: "that fits no node",
      job: { pod: unscheduled("Unschedulable", "0/3 nodes are available") },
      want: {
        begun: false,
        message: "No node can run the pod: 0/3 nodes are available.",
        trouble: {
          reason: "Unschedulable",
          mayPass: true,
          failure: {
            reason: "Unschedulable",
            advice: "Check agent.resources, agent.nodeSelector and agent.tolerations; see kubectl describe pod " +
              `${podName} -n ${namespace}.`
          }
        }
      }
    },
    {
      name: "whose pod gets no network",
      job: warned("FailedCreatePodSandBox", "no address"),
      want: {
        begun: false,
        message: `The node cannot create the sandbox of the pod ${podName}: no address.`,
        trouble: { reason: "SandboxFailed", failure: setup }
      }
    },
    {
      name: "whose volumes cannot be mounted",
      job: warned("FailedMount", "timed out"),
      want: {
        begun: false,
        message: `The node cannot mount the volumes of the pod ${podName}: timed out.`,
        trouble: { reason: "VolumeNotAttached", failure: { reason: "VolumeNotAttached", advice: see } }
      }
    },
    {
      name: "whose Secret is not there to be mounted",
      job: warned("FailedMount", "secret \"deploy-key\" not found"),
      want: {
        begun: false,
        message: `The node cannot mount the volumes of the pod ${podName}: secret "deploy-key" not found.`,
        trouble: secret("deploy-key")
      }
    },
    {
      name: "whose volumes were mounted after a warning",
      job: warned("FailedMount", "timed out", { prepared: true }),
      want: {
        begun: false,
        message: `The pod ${podName} is scheduled; its node is pulling images and starting containers.`,
        trouble: { reason: "NotStarted", mayPass: true, failure: setup },
        usual: true
      }
    },
    {
      name: "whose node does not find its files in its first moments",
      job: { createdAt: young, ...warned("FailedMount", "configmap \"files\" not found", { createdAt: young }) },
      want: {
        begun: false,
        message: `The pod ${podName} is scheduled; its node is pulling images and starting containers.`,
        trouble: { reason: "NotStarted", mayPass: true, failure: setup },
        usual: true
      }
    },
    {
      name: "whose node does not find its files for longer",
      job: warned("FailedMount", "configmap \"files\" not found"),
      want: {
        begun: false,
        message: `The node cannot mount the volumes of the pod ${podName}: configmap "files" not found.`,
        trouble: { reason: "VolumeNotAttached", failure: { reason: "VolumeNotAttached", advice: see } }
      }
    },
    {
      name: "whose node does not find something else in its first moments",
      job: { createdAt: young, ...warned("FailedMount", "timed out", { createdAt: young }) },
      want: {
        begun: false,
        message: `The node cannot mount the volumes of the pod ${podName}: timed out.`,
        trouble: { reason: "VolumeNotAttached", failure: { reason: "VolumeNotAttached", advice: see } }
      }
    },
    {
      name: "whose broker does not start",
      job: broker(),
      want: {
        begun: false,
        message: "The run's broker failed to start: no key.",
        trouble: { reason: "BrokerFailed", failure: setup }
      }
    },
    {
      name: "whose broker lacks a Secret",
      job: broker(true),
      want: {
        begun: false,
        message: "The run's broker failed to start: no key.",
        trouble: { reason: "BrokerFailed", failure: { reason: "SecretMissing", advice: see } }
      }
    }
  ])("$name", ({ job, want }) => assert.deepStrictEqual(standingOf(makeJob(job), DateTime.makeUnsafe(now)), want))

  it.each<{ reason: string; words: string; want: string; as?: object }>([
    { reason: "ErrImagePull", words: "denied", want: `${cannotPull}: denied.` },
    { reason: "ErrImagePull", words: "", want: `${cannotPull}.` },
    { reason: "ImagePullBackOff", words: "Back-off pulling image \"a:1\"", want: `${cannotPull}.` },
    {
      reason: "ImagePullBackOff",
      words: "Back-off pulling image \"a:1\": ErrImagePull: denied",
      want: `${cannotPull}: denied.`
    },
    { reason: "ImagePullBackOff", words: "Back-off pulling image \"a:1\":   denied", want: `${cannotPull}: denied.` },
    { reason: "ErrImagePull", words: "ErrImagePull:  denied", want: `${cannotPull}: denied.` },
    { reason: "ErrImagePull", words: "ErrImagePull", want: `${cannotPull}.` },
    { reason: "ErrImagePull", words: "no ErrImagePull: at all", want: `${cannotPull}: no ErrImagePull: at all.` },
    {
      reason: "ErrImagePull",
      words: "no Back-off pulling image \"a:1\" at all",
      want: `${cannotPull}: no Back-off pulling image "a:1" at all.`
    },
    { reason: "ErrImagePull", words: "ErrImagePull of a", want: `${cannotPull}: ErrImagePull of a.` },
    {
      reason: "InvalidImageName",
      words: "bad",
      want: `${cannotPull}: bad.`,
      as: { reason: "InvalidImageName", failure: pull }
    },
    {
      reason: "CreateContainerError",
      words: "in use",
      want: `${notMade}: in use.`,
      as: { reason: "ContainerNotMade", failure: setup }
    },
    {
      reason: "CreateContainerConfigError",
      words: "secret \"deploy-key\" not found",
      want: `${notMade}: secret "deploy-key" not found.`,
      as: secret("deploy-key")
    },
    {
      reason: "CreateContainerConfigError",
      words: "couldn't find key TOKEN in Secret team/deploy-key",
      want: `${notMade}: couldn't find key TOKEN in Secret team/deploy-key.`,
      as: secret("deploy-key", "TOKEN")
    },
    {
      reason: "CreateContainerConfigError",
      words: "couldn't find key TOKEN in Secret deploy-key",
      want: `${notMade}: couldn't find key TOKEN in Secret deploy-key.`,
      as: secret("deploy-key", "TOKEN")
    },
    {
      reason: "CreateContainerConfigError",
      words: "a secret is not there",
      want: `${notMade}: a secret is not there.`,
      as: secret("NAME")
    }
  ])("whose container has not started: $reason, $words", ({ as = backOff, reason, want, words }) => {
    assert.deepStrictEqual<object>(standingOf(makeJob({ pod: stuckPod(reason, words) }), DateTime.makeUnsafe(now)), {
      begun: false,
      message: want,
      trouble: as
    })
  })
})
