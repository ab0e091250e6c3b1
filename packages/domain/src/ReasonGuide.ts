/**
 * What every reason means and what a person does next: the text of docs/guides/reasons.md, which `npm run generate` writes. A reason
 * without an entry does not compile.
 */
import { PassingReason, type ProgressReason, Reason, RunningReason, WaitingReason } from "./Reason.ts"

interface Entry {
  readonly means: string
  readonly next: string
}

const again = "then raise `spec.contextVersion` (a DocsRun: create it again)"

const reasons: Readonly<Record<Reason, Entry>> = {
  Accepted: { means: "The run was seen, and its next attempt is about to start.", next: "Nothing." },
  WaitingForDependencies: {
    means: "Runs that `spec.dependsOn` names have not succeeded yet.",
    next: "Wait; create one that does not exist yet, or change `spec.dependsOn`."
  },
  WaitingForWorkspace: {
    means: "Another run works in the workspace.",
    next: "Wait, or cancel that run: `/api/v1/workspaces` and the claim's annotation say which it is."
  },
  WaitingForCapacity: {
    means: "As many runs work as `limits` allow, or the cluster refuses the Job (quota, policy).",
    next: "Wait, or raise `limits.*`; where the cluster refuses, the message has its words."
  },
  Starting: {
    means:
      "The Job is there, and the agent's container has not begun: a node, images, volumes. Nothing is known to be wrong.",
    next: "Nothing."
  },
  Blocked: {
    means:
      "Something keeps the agent's container from beginning. The message and the condition `Progressing`, which is False with a reason of the second list, say what.",
    next: "What the message says; the run ends with that cause when it lasts for `job.startDeadlineSeconds` or longer."
  },
  AgentRunning: {
    means:
      "The agent's container has begun, and has not ended: setup first (clone, branch, task files), then the agent.",
    next: "`kubectl logs -f -c claude -l orchestrator.platform/run=NAME` shows what it does."
  },
  Delivered: {
    means: "The branch is on the remote, read back from there, and has its pull request where one can be had.",
    next: "Review it: `status.pullRequestUrl`, `status.branch`, `status.headCommit`."
  },
  Cancelled: {
    means: "Somebody cancelled the run. The message names branch and commit of what was saved.",
    next: "To go on from there raise `spec.contextVersion`."
  },
  NoChanges: {
    means: "The agent said it was done, and its branch holds nothing new. The message has its last words.",
    next: `Read them. Was the task done before? Else say more in \`spec.promptModification\`, ${again}.`
  },
  InvalidSpec: {
    means: "The spec cannot be run, or may not be. The message names each field, what was expected and what was found.",
    next: `Correct the field, ${again}.`
  },
  TemplateError: {
    means: "A template of the installation cannot be rendered for this run. The message has file and line.",
    next: `The administrator corrects the template, ${again}.`
  },
  SecretMissing: {
    means: "A Secret, or a key of one, that the run needs is not there. The message names it.",
    next: `Create it with the command in the message, ${again}.`
  },
  NameCollision: {
    means:
      "A claim that is not this run's has the name that its workspace would have; or somebody made ConfigMaps under the names of its files, however often they were changed.",
    next: `Delete or rename the claim, or see who makes ConfigMaps in the namespace, ${again}.`
  },
  QuotaExceeded: {
    means: "A ResourceQuota of the namespace did not let the pod be made.",
    next: `\`kubectl describe resourcequota\`; raise it, or let other runs end, ${again}.`
  },
  ImagePullFailed: {
    means: "An image of the pod could not be pulled. The message has the kubelet's words.",
    next: `Correct \`agent.image\`, or give the pull Secret that the message shows, ${again}.`
  },
  Unschedulable: {
    means: "No node took the pod for three times `job.startDeadlineSeconds`. The message has the scheduler's words.",
    next: `Make room, or change \`agent.resources\`, \`agent.nodeSelector\`, \`agent.tolerations\`, ${again}.`
  },
  VolumeNotAttached: {
    means: "A volume of the pod, mostly the workspace, could not be bound, attached or mounted.",
    next:
      `\`kubectl describe pvc\` and the pod's events; correct \`storage.storageClassName\` or free the volume, ${again}.`
  },
  PodRefused: {
    means: "The cluster refused the pod: Pod Security, a LimitRange, an admission webhook. The message has its words.",
    next: `Change the policy or what it refuses, ${again}.`
  },
  DependencyFailed: {
    means: "A run that this one depends on failed or was cancelled, or the dependencies form a ring.",
    next: "When that run has succeeded, raise `spec.contextVersion` of this one; change `spec.dependsOn` of a ring."
  },
  DeadlineExceeded: {
    means: "The agent worked for all of its time. The message names branch and commit of what was saved.",
    next: `Raise \`spec.timeoutSeconds\`, ${again}: it goes on in the same session.`
  },
  BudgetExceeded: {
    means: "The agent has used up `spec.maxCostUsd`, `spec.maxTurns` or a limit of the installation.",
    next: `Raise what the message names, ${again}.`
  },
  RateLimited: {
    means:
      "The account's usage limit is reached. While the phase is Pending, the run goes on by itself at `status.resumesAt`.",
    next: `Pending: nothing. Failed: the usage limit did not clear in time; ${again}.`
  },
  AgentError: {
    means: "The agent failed, ended without a word, or its success could not be proven. The message says which.",
    next: `Read the log of the container \`claude\` and the message, ${again}.`
  },
  SetupFailed: {
    means: "What comes before the agent failed: clone, task files, workspace, a container that does not start.",
    next: `The message says which; correct it, ${again}.`
  },
  PushRejected: {
    means:
      "The remote refused the push, could not be reached for it, or does not have the branch. The message says which, in the remote's or git's words.",
    next: `Correct rights, rules or hooks of the repository, ${again}: the work is in the workspace.`
  },
  PullRequestMissing: {
    means: "The branch is on the remote, but no pull request could be opened. The message has the forge's words.",
    next: `Open it by hand, or correct what the message says, ${again}.`
  },
  InfraLost: {
    means:
      "The pod was evicted, preempted, stopped from outside or lost with its node. While Pending, it goes on by itself.",
    next: `Pending: nothing. Failed: \`retry.infrastructure\` is used up; look at the nodes, ${again}.`
  },
  JobLost: {
    means: "The run's Job was deleted while it ran.",
    next: `Find out by whom, ${again}.`
  }
}

const progress: Readonly<Record<ProgressReason, Entry>> = {
  NotStarted: {
    means: "Nothing is known to be wrong: an image is on its way, or a node.",
    next: "Wait; `kubectl describe pod` shows the events."
  },
  Suspended: {
    means: "Somebody has set `spec.suspend` of the Job: a person, or a queue.",
    next: "Whoever did lets it go on; cancelling the run ends it."
  },
  SchedulingGated: {
    means: "The pod has scheduling gates of somebody else.",
    next: "Whoever set them takes them off."
  },
  Unschedulable: {
    means: "No node takes the pod, for the reason in the message.",
    next: "Make room, or change what it asks for."
  },
  ClaimPending: {
    means: "The workspace's claim is not there, not bound or being deleted.",
    next: "Check `storage.storageClassName`, and the claim's events."
  },
  VolumeNotAttached: {
    means: "The node cannot attach or mount a volume.",
    next: "See the pod's events; another node may still have the volume."
  },
  SandboxFailed: {
    means: "The node cannot make the pod: network, runtime class.",
    next: "See the pod's events; ask who runs the nodes."
  },
  InvalidImageName: { means: "The name of an image is none.", next: "Correct `agent.image`." },
  ImagePullBackOff: {
    means: "An image cannot be pulled.",
    next: "Correct `agent.image` or the pull Secret; the kubelet tries again by itself."
  },
  SecretMissing: { means: "A Secret or a key of one is not there.", next: "Create it; the pod then starts by itself." },
  ContainerNotMade: {
    means: "The kubelet cannot make a container, for the reason in the message.",
    next: "See the pod's events."
  },
  BrokerFailed: { means: "The run's broker does not start, and says why.", next: "Correct what its words name." },
  QuotaExceeded: { means: "A ResourceQuota does not let the pod be made.", next: "Raise it, or wait for other runs." },
  PodSecurity: {
    means: "Pod Security refuses the pod.",
    next: "Let the namespace's level be restricted, or a weaker one."
  },
  LimitRange: { means: "A LimitRange refuses the pod.", next: "Change `agent.resources`, or the LimitRange." },
  Refused: {
    means: "The cluster refuses Job or pod, for the reason in the message.",
    next: "Change the policy that refuses."
  },
  PodDeleted: {
    means:
      "Somebody other than the orchestrator deletes the pod; its work is saved, and the run goes on or ends as `InfraLost`.",
    next: "Nothing, if it was a drain."
  },
  NodeNotReady: {
    means: "The pod's node does not answer: whether the agent works is not known.",
    next: "Look at the node; when it is gone, the run is taken up again elsewhere."
  }
}

const section = (name: string, { means, next }: Entry): string => `### ${name}\n\n${means}\n\nNext: ${next}\n`

const sections = <Name extends string>(names: ReadonlyArray<Name>, of: Readonly<Record<Name, Entry>>): string =>
  names.map((name) => section(name, of[name])).join("\n")

const passing: ReadonlySet<string> = new Set(PassingReason.literals)
const early: ReadonlySet<string> = new Set([...WaitingReason.literals, ...RunningReason.literals])

/** The guide, in Markdown. */
export const reasonsPage = `<!-- Generated from packages/domain by \`npm run generate\`; edit ReasonGuide.ts there. -->

# Every reason, and what to do next

\`kubectl get coderuns -o wide\` shows \`status.reason\`; \`status.message\` says it in a sentence, with the words of whoever knows.
\`kubectl wait --for=condition=Finished\` ends with any outcome; the condition \`Ready\` is True only for a success.

## While it waits or works

${sections(Reason.literals.filter((name) => early.has(name)), reasons)}
## When it has ended

${[...passing].join(" and ")} are also reasons of a run that waits and goes on by itself.

${sections(Reason.literals.filter((name) => !early.has(name)), reasons)}
## Reasons of the condition Progressing

It is False while something keeps the run from going on, and says what. Most of these end the run after \`job.startDeadlineSeconds\` (600), those
that time alone may mend after three times that, with the reason of the list above that fits; \`Suspended\` and \`SchedulingGated\` are waited
for without end. None of it counts as the agent's time.

${sections(Object.keys(progress) as ReadonlyArray<ProgressReason>, progress)}`
