/**
 * What every reason means and what a person does next: the text of docs/guides/reasons.md, which `npm run generate` writes. A reason
 * without an entry does not compile.
 */
import { PassingReason, type ProgressReason, Reason, RunningReason, WaitingReason } from "./Reason.ts"

interface Entry {
  readonly means: string
  readonly next: string
  /** Of a reason that a run has in several phases: what is next while it waits. */
  readonly nextWhilePending?: string
}

const again = "then raise `spec.contextVersion` (a DocsRun: create it again)"

const reasons: Readonly<Record<Reason, Entry>> = {
  Accepted: { means: "The run was accepted; its next attempt is about to start.", next: "Nothing." },
  Suspended: {
    means: "`spec.suspend` is true: no attempt starts until it is false.",
    next: "`orchestrator resume NAME`, or set `spec.suspend` to false."
  },
  WaitingForDependencies: {
    means: "Runs named in `spec.dependsOn` have not succeeded yet.",
    next: "Wait, create a run that does not exist yet, or change `spec.dependsOn`."
  },
  WaitingForWorkspace: {
    means: "Another run is using the workspace.",
    next:
      "Wait, or cancel that run: `GET /api/v1/code-runs/NAME` names it as `waiting.runs`, and the claim's annotation `orchestrator.platform/holder` has its UID."
  },
  Maintenance: {
    means: "The installation is suspended (`suspend` of its configuration): runs that work go on, and no other starts.",
    next: "Wait until an administrator sets it to false."
  },
  QuietHours: {
    means: "No run starts in these hours (`quietHours` of the configuration). The message says when they are over.",
    next: "Wait; the run starts by itself then."
  },
  WaitingForBudget: {
    means:
      "What the run may cost does not fit into what is left of a budget (`budgets` of the configuration). The message names the budget, and when it opens again.",
    next:
      "Wait; the run starts by itself then. A run with a smaller `spec.maxCostUsd` may fit now; an administrator can raise the budget."
  },
  WaitingForCapacity: {
    means: "A limit of concurrent runs (`limits`) is reached, or the cluster rejected the Job (quota, policy).",
    next: "Wait, or raise `limits.*`. If the cluster rejected the Job, the message says why."
  },
  WaitingForAdmission: {
    means: "The Job is suspended in a queue of Kueue, which has not admitted it. The message has Kueue's own words.",
    next:
      "Wait, or see what its Workload says (`kubectl describe workloads -l kueue.x-k8s.io/job-uid=UID`) and the queues: `kubectl get localqueues,clusterqueues`."
  },
  Starting: {
    means:
      "The Job exists; the agent's container has not started yet (scheduling, images, volumes). No problem is known.",
    next: "Nothing."
  },
  Blocked: {
    means:
      "The agent's container cannot start. The message and the condition `Progressing` (False, with a reason of the last list) say why.",
    next:
      "Do what the message says. The run fails with that cause if it lasts for `job.startDeadlineSeconds` or longer."
  },
  AgentRunning: {
    means: "The agent's container is running: setup first (clone, branch, task files), then the agent.",
    next: "`kubectl logs -f -c claude -l orchestrator.platform/run=NAME` shows what it does."
  },
  Cancelling: {
    means: "The run is being cancelled: its agent has been told to stop, and its work is saved and pushed.",
    next: "Wait for the phase Cancelled; an agent that delivered before it was told has Succeeded."
  },
  Delivered: {
    means: "The branch was pushed and verified on the remote, and has a pull request where the host supports them.",
    next: "Review it: `status.pullRequestUrl`, `status.branch`, `status.headCommit`."
  },
  Cancelled: {
    means: "The run was cancelled. The message names the branch and commit of the saved work.",
    next: "To continue from there, raise `spec.contextVersion`."
  },
  NoChanges: {
    means: "The agent reported success, but its branch has no changes. The message has its last output.",
    next: `If the task was not already done, add instructions in \`spec.promptModification\`, ${again}.`
  },
  InvalidSpec: {
    means:
      "The spec is invalid or not allowed here. The message names each field, what was expected and what was found.",
    next: `Correct the field, ${again}.`
  },
  TemplateError: {
    means: "A template cannot be rendered for this run. The message names file and line.",
    next: `Have an administrator correct the template, ${again}.`
  },
  SecretMissing: {
    means: "A Secret that the run needs, or a key of one, is missing. The message names it.",
    next: `Create it with the command in the message, ${again}.`
  },
  NameCollision: {
    means:
      "A PersistentVolumeClaim that is not this run's has the name of its workspace, or someone keeps creating ConfigMaps with the names of its files.",
    next: `Delete the claim, or check what creates ConfigMaps in the namespace, ${again}.`
  },
  QuotaExceeded: {
    means:
      "A ResourceQuota of the namespace rejected the pod, or the ConfigMap that the pod needs, until the start took too long.",
    next: `\`kubectl describe resourcequota\`; raise it, or wait for other runs to end, ${again}.`
  },
  ImagePullFailed: {
    means: "An image of the pod could not be pulled. The message has the kubelet's error.",
    next: `Correct \`agent.image\`, or create the pull Secret as shown in the message, ${again}.`
  },
  Unschedulable: {
    means:
      "No node could run the pod for three times `job.startDeadlineSeconds`. The message has the scheduler's reason.",
    next: `Free up capacity, or change \`agent.resources\`, \`agent.nodeSelector\`, \`agent.tolerations\`, ${again}.`
  },
  VolumeNotAttached: {
    means: "A volume of the pod, usually the workspace, could not be bound, attached or mounted.",
    next:
      `\`kubectl describe pvc\` and the pod's events; correct \`storage.storageClassName\` or free the volume, ${again}.`
  },
  PodRefused: {
    means: "The cluster rejected the pod: Pod Security, a LimitRange or an admission webhook. The message says which.",
    next: `Change the policy or what it rejects, ${again}.`
  },
  DependencyFailed: {
    means: "A run that this one depends on failed or was cancelled, or the dependencies form a cycle.",
    next: "Once that run has succeeded, raise `spec.contextVersion` of this one; for a cycle, change `spec.dependsOn`."
  },
  DeadlineExceeded: {
    means: "The agent reached its time limit. The message names the branch and commit of the saved work.",
    next: `Raise \`spec.timeoutSeconds\`, ${again} to continue in the same session.`
  },
  BudgetExceeded: {
    means: "The agent used up `spec.maxCostUsd`, `spec.maxTurns` or a limit of the installation.",
    next: `Raise what the message names, ${again}.`
  },
  RateLimited: {
    means:
      "The account's usage limit is reached. While the phase is Pending, the run resumes automatically at `status.resumesAt`.",
    next: `The usage limit did not clear in time: wait until it has, ${again}.`,
    nextWhilePending: "Nothing."
  },
  AgentError: {
    means: "The agent failed, ended without a result, or its success could not be verified. The message says which.",
    next: `Read the log of the container \`claude\` and the message, ${again}.`
  },
  SetupFailed: {
    means: "Setup before the agent failed: clone, task files, workspace, or a container that did not start.",
    next: `Correct what the message names, ${again}.`
  },
  PushRejected: {
    means:
      "The remote rejected the push, could not be reached, or does not have the branch. The message has the error of the remote or of git.",
    next:
      `Correct the permissions, branch rules or hooks of the repository, ${again}. The work is kept in the workspace.`
  },
  PullRequestMissing: {
    means: "The branch was pushed, but no pull request could be opened. The message has the forge's error.",
    next: `Open it manually, or correct what the message names, ${again}.`
  },
  InfraLost: {
    means:
      "The pod was evicted, preempted, stopped from outside or lost with its node. While the phase is Pending, the run resumes automatically.",
    next: `\`retry.infrastructure\` is used up: check the nodes, ${again}.`,
    nextWhilePending: "Nothing."
  },
  JobLost: {
    means: "The run's Job was deleted while it was running.",
    next: `Find out who deleted it, ${again}.`
  }
}

const progress: Readonly<Record<ProgressReason, Entry>> = {
  NotStarted: {
    means: "No problem is known: an image is being pulled, or a node is being added.",
    next: "Wait; `kubectl describe pod` shows the events."
  },
  Suspended: {
    means: "Someone else (a person or a queue) has set `spec.suspend` of the Job.",
    next: "Set `spec.suspend` to false, or cancel the run."
  },
  SchedulingGated: {
    means: "The pod has scheduling gates set by someone else.",
    next: "Remove the gates, or wait for their controller to do so."
  },
  Unschedulable: {
    means: "No node can run the pod, for the reason in the message.",
    next: "Free up capacity, or change what the pod requests."
  },
  ClaimPending: {
    means: "The workspace's claim is missing, not bound, or being deleted.",
    next: "Check `storage.storageClassName`, and the claim's events."
  },
  VolumeNotAttached: {
    means: "The node cannot attach or mount a volume.",
    next: "See the pod's events; another node may still have the volume."
  },
  SandboxFailed: {
    means: "The node cannot create the pod's sandbox (network, runtime class).",
    next: "See the pod's events; ask the cluster's administrator."
  },
  InvalidImageName: { means: "The name of an image is invalid.", next: "Correct `agent.image`." },
  ImagePullBackOff: {
    means: "An image cannot be pulled.",
    next: "Correct `agent.image` or the pull Secret; the kubelet retries automatically."
  },
  SecretMissing: {
    means: "A Secret, or a key of one, is missing.",
    next: "Create it; the pod then starts automatically."
  },
  ContainerNotMade: {
    means: "The kubelet cannot create a container, for the reason in the message.",
    next: "See the pod's events."
  },
  BrokerFailed: {
    means: "The run's broker failed to start; the message says why.",
    next: "Correct what the message names."
  },
  QuotaExceeded: {
    means: "A ResourceQuota rejects the Job, the pod, its ConfigMap or the workspace's claim.",
    next: "Raise it, or wait for other runs."
  },
  PodSecurity: {
    means: "Pod Security rejects the pod.",
    next: "Set the namespace's level to restricted or a weaker one."
  },
  LimitRange: { means: "A LimitRange rejects the pod.", next: "Change `agent.resources`, or the LimitRange." },
  Refused: {
    means:
      "The cluster rejects the Job, the pod, its ConfigMap, the claim of the workspace, or a request to stop, for the reason in the message.",
    next: "Change the policy that rejects it."
  },
  PodDeleted: {
    means: "Someone else is deleting the pod. Its work is saved, and the run resumes or ends as `InfraLost`.",
    next: "Nothing, if it was a drain."
  },
  NodeNotReady: {
    means: "The pod's node is not responding; whether the agent is running is unknown.",
    next: "Check the node; once it is gone, the run resumes on another node."
  }
}

const nextOf = ({ next, nextWhilePending }: Entry): string =>
  nextWhilePending === undefined ? next : `while Pending: ${nextWhilePending} Once Failed: ${next}`

const section = (name: string, entry: Entry): string => `### ${name}\n\n${entry.means}\n\nNext: ${nextOf(entry)}\n`

const sections = <Name extends string>(names: ReadonlyArray<Name>, of: Readonly<Record<Name, Entry>>): string =>
  names.map((name) => section(name, of[name])).join("\n")

const passing: ReadonlySet<string> = new Set(PassingReason.literals)
const early: ReadonlySet<string> = new Set([...WaitingReason.literals, ...RunningReason.literals])

const entryOf = <Name extends string>(entries: Readonly<Record<Name, Entry>>, name: string): Entry | undefined =>
  Object.entries<Entry>(entries).find(([known]) => known === name)?.[1]

/** What a reason of a run means and what a person does next; undefined for one that is none of ours. */
export const reasonGuide = (reason: string): Entry | undefined => entryOf(reasons, reason)

/** The same of a reason of the condition Progressing. */
export const progressGuide = (reason: string): Entry | undefined => entryOf(progress, reason)

/** What a person does next in a phase. */
export const nextIn = (phase: string, { next, nextWhilePending }: Entry): string =>
  phase === "Pending" ? nextWhilePending ?? next : next

/** The same about a run with this reason. */
export const nextStepOf = (reason: Reason, phase: string): string => nextIn(phase, reasons[reason])

/** The guide, in Markdown. */
export const reasonsPage = `<!-- Generated from packages/domain by \`npm run generate\`; edit ReasonGuide.ts there. -->

# Every reason, and what to do next

\`kubectl get coderuns -o wide\` shows \`status.reason\`; \`status.message\` explains it, with the original error where there is one.
\`kubectl wait --for=condition=Finished\` ends with any outcome; the condition \`Ready\` is True only for a success.

## While the run waits or works

${sections(Reason.literals.filter((name) => early.has(name)), reasons)}
## When the run has ended

${[...passing].join(" and ")} are also reasons of a waiting run that resumes automatically.

${sections(Reason.literals.filter((name) => !early.has(name)), reasons)}
## Reasons of the condition Progressing

It is False while something blocks the run, and says what. Most of these end the run after \`job.startDeadlineSeconds\` (600) with
the matching reason of the list above; those that may clear by themselves, after three times that. \`Suspended\` and \`SchedulingGated\`
have no limit. None of this counts as the agent's time.

${sections(Object.keys(progress) as ReadonlyArray<ProgressReason>, progress)}`
